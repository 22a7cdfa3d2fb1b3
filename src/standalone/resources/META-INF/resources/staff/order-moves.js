// What staff can do with an order. Each move resolves to the sentence that describes its result, or to null.

import { isFinal } from '../shared/api.js';
import { element } from '../shared/dom.js';
import { attempt } from '../shared/keep.js';
import { money, text } from '../shared/language.js';
import { numberText } from '../shared/order-parts.js';
import { amountField, ask, failureOf, reasonField } from './ask.js';

/** The moves of each role, by name in `next`; `hold` and `release` are not in it. */
const MOVES = {
  merchant: ['ship', 'complete', 'return', 'receive'],
  support: ['refund', 'return', 'hold', 'release', 'cancel'],
};
const PATHS = {
  ship: 'shipment',
  complete: 'completion',
  return: 'return',
  receive: 'receipt',
  refund: 'refunds',
  hold: 'hold',
  release: 'release',
  cancel: 'cancellation',
};
const WITH_REASON = ['hold', 'release', 'cancel'];
const NOT_SHIPPED = ['CREATED', 'PAYING', 'PAID'];

export const LOOKS = { ship: 'primary', complete: 'primary', receive: 'primary', cancel: 'danger' };

/** Reasons of moves that were not made, because the order had changed for example. */
const reasons = new Map();

/** The names of the moves that are open to a role. */
export function openMoves(role, { state, next, holds = [] }) {
  const isOpen = (name) => {
    if (name === 'hold') return NOT_SHIPPED.includes(state) && !holds.includes('SUPPORT');
    return name === 'release' ? holds.length > 0 : next.includes(name);
  };
  return MOVES[role].filter(isOpen);
}

/** @param version the `ETag` of the order as the person sees it: a move of an order that has changed is refused */
export async function move(api, name, order, version) {
  const { number } = order;
  const path = `/orders/${encodeURIComponent(number)}/${PATHS[name]}`;
  if (name === 'refund') return refund(api, path, order, version);
  const send = (body) => api.post(path, body, undefined, version);
  const reply = WITH_REASON.includes(name) ? await askReason(name, order, send) : await send();
  if (!reply) return null;
  if (!reply.isOk) return failureOf(reply);
  return text(`move.${name}.${reply.status === 202 ? 'later' : 'done'}`, { number });
}

async function askReason(name, order, send) {
  const { reason, end } = keptReason(name, order);
  const reply = await ask({
    id: `dialog-${name}`,
    title: text(`move.${name}.title`),
    content: element('p', {}, numberText(order.number), ` · ${money(order.total, order.currency)}`),
    fields: [reason],
    yes: text(`move.${name}`),
    look: LOOKS[name] ?? 'primary',
    send: () => send({ reason: reason.value() }),
  });
  end(reply);
  return reply;
}

/** The field of a reason, with what was typed before. `end` keeps it, unless the move was made. */
function keptReason(name, { number }) {
  const key = `${name} ${number}`;
  const reason = reasonField(text(`move.${name}.reason`), { initial: reasons.get(key) });
  const end = (reply) => (reply?.isOk ? reasons.delete(key) : reasons.set(key, reason.value()));
  return { reason, end };
}

/**
 * Refunds an order. The idempotency key stays the same, over reloads too, until the outcome is known: repeated clicks
 * and repeats after a lost response are one refund, also if the amount was changed in between.
 */
async function refund(api, path, order, version) {
  const { number, currency } = order;
  const amount = amountField(order);
  const { reason, end: endReason } = keptReason('refund', order);
  const reply = await ask({
    id: 'dialog-refund',
    title: text('move.refund.title'),
    content: element('p', {}, numberText(number)),
    fields: [amount, reason],
    yes: text('move.refund'),
    currency,
    send: async () => {
      const { key, end } = attempt(`refund ${number}`);
      const answer = await api.post(path, { amount: amount.value(), reason: reason.value() }, key, version);
      if (answer.isOk || isFinal(answer.body)) end();
      return answer;
    },
  });
  endReason(reply);
  if (!reply) return null;
  if (!reply.isOk) return failureOf(reply, currency);
  const { state, duplicated } = reply.body;
  return text(duplicated ? 'move.refund.repeated' : `move.refund.${state}`, {
    number,
    amount: money(reply.body.amount, currency),
  });
}
