// Suspected duplicates: pairs of orders side by side, for support to confirm or dismiss.

import { explain } from '../shared/api.js';
import { field } from '../shared/dialog.js';
import { busyWhile, byId, element } from '../shared/dom.js';
import { dateAndTime, hasText, money, text } from '../shared/language.js';
import { contents, numberText, stateChip, summary } from '../shared/order-parts.js';
import { amountField, ask, failureOf, leftOf, LONGEST_REASON, reasonField } from '../staff/ask.js';
import { words } from '../staff/frame.js';
import { buyerLink, orderLink } from '../staff/links.js';
import { filter, ListDetail } from '../staff/list-detail.js';
import { age, between, exactTime } from '../staff/time.js';

const STATES = ['OPEN', 'CONFIRMED', 'DISMISSED', 'OVER'];
const ORDERS = ['oldest', 'newest', 'score'];
const SCORES = [0, 80, 90, 100];
/** An order in one of these is refunded, in full or in part, because it can no longer be cancelled. */
const SHIPPED = ['SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED'];
const ENDS = { CANCELLED: 'cancelled', REFUNDED: 'refunded', NOT_OPEN: 'too-late' };

export function showSuspicions({ api, say, work }) {
  const state = filter('suspicions-state', 'filter.state', () =>
    STATES.map((name) => [name, text(`suspicion.${name}`)]),
  );
  const order = filter('suspicions-order', 'search.order', () =>
    ORDERS.map((name) => [name, text(`suspicion.order.${name}`)]),
  );
  const score = filter('suspicions-score', 'suspicion.from', () =>
    SCORES.map((from) => [from, from === 0 ? text('filter.all') : text('suspicion.from.score', { score: from })]),
  );
  const buyer = element('input', {
    id: 'suspicions-buyer',
    type: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 255,
    'data-testid': 'suspicions-buyer',
  });
  const buyerField = element(
    'div',
    { class: 'field' },
    words('label', 'search.buyer', { for: 'suspicions-buyer' }),
    buyer,
  );
  byId('suspicions-tools').append(
    element('div', { class: 'filters' }, state.part, order.part, score.part, buyerField),
  );
  const path = () => {
    const whose = buyer.value.trim();
    return `/suspected-duplicates?state=${state.control.value}&order=${order.control.value}&score=${score.control.value}${
      whose && `&buyer=${encodeURIComponent(whose)}`
    }`;
  };
  const desk = new Desk(api, say);
  const list = new ListDetail(api, {
    name: 'suspicions',
    path,
    member: 'suspicions',
    keyOf: ({ id }) => String(id),
    row: pairRow,
    read: async (id) => {
      const reply = await api.get(`/suspected-duplicates/${encodeURIComponent(id)}`);
      if (!reply.isOk) say(explain(reply.body));
      return reply.isOk ? reply.body : null;
    },
    isWhole: true,
    detail: (pair) => desk.page(pair),
    fail: (problem) => say(explain(problem)),
  });
  desk.list = list;
  [state.control, order.control, score.control, buyer].forEach((each) =>
    each.addEventListener('change', () => list.restart()),
  );
  work.addEventListener('change', () => list.refresh());
  return list;
}

function pairRow({ score, buyer, foundAt, earlier, later }) {
  return [
    element(
      'span',
      { class: 'item-head' },
      element('strong', { class: 'score' }, element('span', { class: 'unseen' }, text('suspicion.score')), ` ${score}`),
      element('span', { class: 'words' }, buyer),
      age(foundAt),
    ),
    element(
      'span',
      { class: 'item-more' },
      element(
        'span',
        { class: 'words' },
        text('suspicion.apart', { time: between(earlier.placedAt, later.placedAt) }),
      ),
      element('span', {}, `${money(earlier.total, earlier.currency)} · ${money(later.total, later.currency)}`),
    ),
  ];
}

/** The page of a pair, and unsent reasons. */
class Desk {
  #api;
  #say;
  #reasons = new Map();
  list;

  constructor(api, say) {
    this.#api = api;
    this.#say = say;
  }

  page(pair) {
    const { id, score, reasons, foundAt, buyer, earlier, later, state } = pair;
    const isOpen = state === 'OPEN';
    return [
      element('h3', { id: `suspicion-${id}` }, text('suspicion.title', { score }), ' · ', buyerLink(buyer)),
      element(
        'p',
        { class: 'hint' },
        `${text('suspicion.apart', { time: between(earlier.placedAt, later.placedAt) })} · ${text('suspicion.found')} `,
        exactTime(foundAt),
      ),
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
        this.#side(pair, 'earlier', later, isOpen),
        this.#side(pair, 'later', earlier, isOpen),
      ),
      isOpen && this.#dismissal(pair),
      decisionOf(pair),
    ];
  }

  #side(pair, which, other, isOpen) {
    const order = pair[which];
    return element(
      'div',
      {},
      element('h4', {}, text(`suspicion.${which}`)),
      element('p', {}, orderLink(order.number), ' ', stateChip(order.state)),
      element('p', { class: 'hint' }, exactTime(order.placedAt)),
      marked(contents(order), order, other),
      isOpen &&
        element(
          'button',
          {
            type: 'button',
            class: 'danger',
            id: `cancel-${pair.id}-${which}`,
            'data-testid': `cancel-${which}`,
            onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#cancel(pair, order)),
          },
          text(SHIPPED.includes(order.state) ? 'suspicion.refund' : 'suspicion.cancel'),
        ),
    );
  }

  #dismissal(pair) {
    const { id } = pair;
    const reason = element('textarea', {
      rows: 2,
      maxlength: LONGEST_REASON,
      'data-testid': 'suspicion-reason',
      oninput: () => this.#reasons.set(id, reason.value),
    });
    reason.value = this.#reasons.get(id) ?? '';
    return [
      field(text('suspicion.reason'), reason, undefined, `reason-${id}`),
      element(
        'button',
        {
          type: 'button',
          class: 'primary',
          id: `dismiss-${id}`,
          'data-testid': 'dismiss',
          'aria-describedby': `suspicion-${id}`,
          onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#dismiss(pair)),
        },
        text('suspicion.dismiss'),
      ),
    ];
  }

  async #dismiss({ id }) {
    const reason = (this.#reasons.get(id) ?? '').trim();
    const reply = await this.#api.post(`/suspected-duplicates/${id}/dismissal`, reason ? { reason } : {});
    await this.#finish(id, reply, () => text('suspicion.dismissed'));
  }

  async #cancel({ id }, order) {
    const isRefund = SHIPPED.includes(order.state) && leftOf(order) > 0;
    const amount = isRefund ? amountField(order) : null;
    const reason = reasonField(text('suspicion.reason'), {
      isRequired: false,
      initial: this.#reasons.get(id) ?? '',
    });
    const reply = await ask({
      id: 'dialog-reason',
      title: text(isRefund ? 'suspicion.refund.title' : 'suspicion.cancel.title'),
      content: [
        element('p', {}, numberText(order.number), ` · ${summary(order)}`),
        element('p', {}, text('suspicion.cancel.why')),
      ],
      fields: amount ? [amount, reason] : [reason],
      yes: text(isRefund ? 'suspicion.refund' : 'suspicion.cancel'),
      look: 'danger',
      currency: order.currency,
      send: () =>
        this.#api.post(`/suspected-duplicates/${id}/confirmation`, {
          cancel: order.number,
          ...(amount && !amount.isAll() && { amount: amount.value() }),
          ...(reason.value() && { reason: reason.value() }),
        }),
    });
    if (!reply) return;
    await this.#finish(id, reply, ({ decision }) =>
      text(`suspicion.${endOf(decision ?? {})}`, { number: order.number }),
    );
  }

  async #finish(id, reply, words) {
    this.#say(reply.isOk ? words(reply.body) : failureOf(reply));
    if (reply.isOk) this.#reasons.delete(id);
    await (reply.isOk ? this.list.goOn() : this.list.refresh());
  }
}

function decisionOf({ state, decision, later }) {
  if (state === 'OPEN') return null;
  return element(
    'p',
    { class: 'said' },
    text(`suspicion.${state}`),
    decision && ` · ${text('suspicion.decided', { by: decision.by, at: dateAndTime(decision.at) })}`,
    decision?.cancel && ` · ${text(`suspicion.${endOf(decision)}`, { number: decision.cancel })}`,
    decision?.amount && ` · ${money(decision.amount, later.currency)}`,
    decision?.reason && ` · ${decision.reason}`,
  );
}

function endOf({ ended }) {
  return ENDS[ended] ?? 'cancelling';
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
