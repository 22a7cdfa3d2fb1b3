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

/** The names of the moves that are open to a role. */
export function openMoves(role, { state, next, holds = [] }) {
  const isOpen = (name) => {
    if (name === 'hold') return NOT_SHIPPED.includes(state) && !holds.includes('SUPPORT');
    return name === 'release' ? holds.length > 0 : next.includes(name);
  };
  return MOVES[role].filter(isOpen);
}

export async function move(api, name, order) {
  const { number } = order;
  const path = `/orders/${encodeURIComponent(number)}/${PATHS[name]}`;
  if (name === 'refund') return refund(api, path, order);
  const reply = WITH_REASON.includes(name)
    ? await askReason(name, order, (body) => api.post(path, body))
    : await api.post(path);
  if (!reply) return null;
  if (!reply.isOk) return failureOf(reply);
  return text(`move.${name}.${reply.status === 202 ? 'later' : 'done'}`, { number });
}

function askReason(name, order, send) {
  const reason = reasonField(text(`move.${name}.reason`));
  return ask({
    id: `dialog-${name}`,
    title: text(`move.${name}.title`),
    content: element('p', {}, numberText(order.number), ` · ${money(order.total, order.currency)}`),
    fields: [reason],
    yes: text(`move.${name}`),
    look: LOOKS[name] ?? 'primary',
    send: () => send({ reason: reason.value() }),
  });
}

/**
 * Refunds an order. The idempotency key stays the same, over reloads too, until the outcome is known: repeated clicks
 * and repeats after a lost response are one refund, also if the amount was changed in between.
 */
async function refund(api, path, order) {
  const { number, currency } = order;
  const amount = amountField(order);
  const reason = reasonField(text('move.refund.reason'));
  const reply = await ask({
    id: 'dialog-refund',
    title: text('move.refund.title'),
    content: element('p', {}, numberText(number)),
    fields: [amount, reason],
    yes: text('move.refund'),
    currency,
    send: async () => {
      const { key, end } = attempt(`refund ${number}`);
      const answer = await api.post(path, { amount: amount.value(), reason: reason.value() }, key);
      if (answer.isOk || isFinal(answer.body)) end();
      return answer;
    },
  });
  if (!reply) return null;
  if (!reply.isOk) return failureOf(reply, currency);
  const { state, duplicated } = reply.body;
  return text(duplicated ? 'move.refund.repeated' : `move.refund.${state}`, {
    number,
    amount: money(reply.body.amount, currency),
  });
}
