// Suspected duplicates: pairs of orders side by side, for support to confirm or dismiss.

import { explain } from '../shared/api.js';
import { byId, element } from '../shared/dom.js';
import { dateAndTime, hasText, money, onLanguage, text } from '../shared/language.js';
import { contents, instantText, numberText, stateChip, summary } from '../shared/order-parts.js';
import { amountField, ask, failureOf, leftOf, reasonField } from '../staff/ask.js';
import { orderLink } from '../staff/order-search.js';
import { fillSelect, PagedList } from '../staff/paged-list.js';

const STATES = ['OPEN', 'CONFIRMED', 'DISMISSED', 'OVER'];
/** An order in one of these is refunded, in full or in part, because it can no longer be cancelled. */
const SHIPPED = ['SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED'];

export function showSuspicions({ api, say, work }) {
  const state = byId('suspicions-state');
  const act = (button, request) => list.act(button, request);
  const list = new PagedList(api, {
    name: 'suspicions',
    path: () => `/suspected-duplicates?state=${state.value}`,
    member: 'suspicions',
    fail: (problem) => say(explain(problem)),
    row: (suspicion) => ({
      key: String(suspicion.id),
      shown: [suspicion, document.documentElement.lang],
      build: () => card(suspicion, suspicion.state === 'OPEN' ? { act, cancel, dismiss } : null),
    }),
  });
  const cancel = async (suspicion, order) => {
    const isRefund = SHIPPED.includes(order.state) && leftOf(order) > 0;
    const amount = isRefund ? amountField(order) : null;
    const reply = await askAbout(order, {
      title: text(isRefund ? 'suspicion.refund.title' : 'suspicion.cancel.title'),
      yes: text(isRefund ? 'suspicion.refund' : 'suspicion.cancel'),
      why: text('suspicion.cancel.why'),
      amount,
      send: (reason) =>
        api.post(`/suspected-duplicates/${suspicion.id}/confirmation`, {
          cancel: order.number,
          ...(amount && !amount.isAll() && { amount: amount.value() }),
          ...reason,
        }),
    });
    await report(reply, (decided) => text(`suspicion.${endOf(decided.decision ?? {})}`, { number: order.number }));
  };
  const dismiss = async (suspicion) => {
    const reply = await askAbout(suspicion.later, {
      title: text('suspicion.dismiss.title'),
      yes: text('suspicion.dismiss'),
      send: (reason) => api.post(`/suspected-duplicates/${suspicion.id}/dismissal`, reason),
    });
    await report(reply, () => text('suspicion.dismissed'));
  };
  const report = async (reply, words) => {
    if (!reply) return;
    say(reply.isOk ? words(reply.body) : failureOf(reply));
    await list.refresh();
  };
  onLanguage(() => {
    fillSelect(
      state,
      STATES.map((name) => [name, text(`suspicion.${name}`)]),
    );
    list.show();
  });
  state.addEventListener('change', () => list.restart());
  work.addEventListener('change', () => list.refresh());
  list.restart();
}

/** Asks for a reason, which may be empty, and for the amount if there is one. */
function askAbout(order, { title, yes, why, amount, send }) {
  const reason = reasonField(text('suspicion.reason'), { isRequired: false });
  return ask({
    id: 'dialog-reason',
    title,
    content: [
      element('p', {}, numberText(order.number), ` · ${summary(order)}`),
      why && element('p', {}, why),
    ],
    fields: amount ? [amount, reason] : [reason],
    yes,
    currency: order.currency,
    send: () => send(reason.value() ? { reason: reason.value() } : {}),
  });
}

/** @param desk what can be done with the pair; null if it is decided */
function card(suspicion, desk) {
  const { id, score, reasons, foundAt, buyer, earlier, later, decision } = suspicion;
  return element(
    'li',
    { id: `pair-${id}`, class: 'card', tabindex: -1, 'data-testid': 'suspicion', 'data-id': id },
    element('h3', { id: `suspicion-${id}` }, text('suspicion.title', { score, buyer })),
    element('p', { class: 'hint' }, `${text('suspicion.apart')} `, instantText(foundAt)),
    element(
      'ul',
      { class: 'reasons' },
      reasons.map((reason) =>
        element('li', { class: 'chip' }, hasText(`reason.${reason}`) ? text(`reason.${reason}`) : reason),
      ),
    ),
    element(
      'div',
      { class: 'pair' },
      side(suspicion, 'earlier', later, desk),
      side(suspicion, 'later', earlier, desk),
    ),
    desk &&
      element(
        'div',
        { class: 'actions' },
        element(
          'button',
          {
            type: 'button',
            id: `dismiss-${id}`,
            'data-testid': 'dismiss',
            'aria-describedby': `suspicion-${id}`,
            onclick: ({ currentTarget }) => desk.act(currentTarget, () => desk.dismiss(suspicion)),
          },
          text('suspicion.dismiss'),
        ),
      ),
    decision &&
      element(
        'p',
        { class: 'said' },
        text('suspicion.decided', { by: decision.by, at: dateAndTime(decision.at) }),
        decision.cancel && ` · ${text(`suspicion.${endOf(decision)}`, { number: decision.cancel })}`,
        decision.amount && ` · ${money(decision.amount, later.currency)}`,
        decision.reason && ` · ${decision.reason}`,
      ),
  );
}

const ENDS = { CANCELLED: 'cancelled', REFUNDED: 'refunded', NOT_OPEN: 'too-late' };

function endOf({ ended }) {
  return ENDS[ended] ?? 'cancelling';
}

function side(suspicion, which, other, desk) {
  const order = suspicion[which];
  return element(
    'div',
    {},
    element('h4', {}, text(`suspicion.${which}`)),
    element('p', {}, orderLink(order.number), ' ', stateChip(order.state)),
    element('p', { class: 'hint' }, instantText(order.placedAt)),
    marked(contents(order), order, other),
    desk &&
      element(
        'button',
        {
          type: 'button',
          class: 'danger',
          id: `cancel-${suspicion.id}-${which}`,
          'data-testid': `cancel-${which}`,
          onclick: ({ currentTarget }) => desk.act(currentTarget, () => desk.cancel(suspicion, order)),
        },
        text(SHIPPED.includes(order.state) ? 'suspicion.refund' : 'suspicion.cancel'),
      ),
  );
}

/** Marks the lines that the other order does not have. */
function marked(list, order, other) {
  const known = new Set(other.lines.map(lineKey));
  order.lines.forEach((line, index) => {
    if (known.has(lineKey(line))) return;
    list.children[index].classList.add('differs');
    list.children[index].firstChild.append(` (${text('suspicion.differs')})`);
  });
  return list;
}

function lineKey({ productCode, quantity, unitPrice }) {
  return `${productCode} ${quantity} ${unitPrice}`;
}
