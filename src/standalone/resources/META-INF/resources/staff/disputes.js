// Disputes: messages, evidence, answer, and for support the resolution.

import { explain, isFinal } from '../shared/api.js';
import { field } from '../shared/dialog.js';
import { busyWhile, byId, element } from '../shared/dom.js';
import { money, text } from '../shared/language.js';
import { attempt } from '../shared/keep.js';
import { stateChip } from '../shared/order-parts.js';
import { thread } from '../shared/thread.js';
import { amountField, ask, failureOf, leftOf, reasonField } from './ask.js';
import { evidenceOf } from './evidence.js';
import { badge, words } from './frame.js';
import { buyerLink, orderLink } from './links.js';
import { filter, ListDetail } from './list-detail.js';
import { age, exactTime } from './time.js';

const STATES = ['OPEN', 'ANSWERED', 'RESOLVING', 'RESOLVED', 'WITHDRAWN'];
const UNDECIDED = ['OPEN', 'ANSWERED', 'RESOLVING'];

/** The possible resolutions by the order's state. */
const PAID = ['PAID', 'SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED'];
const VERDICTS = {
  CREATED: ['CANCEL', 'REJECT'],
  PAYING: ['CANCEL', 'REJECT'],
  ...Object.fromEntries(PAID.map((state) => [state, ['REFUND', 'REJECT']])),
};

export function showDisputes({ api, say, role, work }) {
  const state = filter('disputes-state', 'filter.state', () => [
    ...STATES.map((name) => [name, text(`dispute.say.${name}`)]),
    ['', text('filter.all')],
  ]);
  const order = filter('disputes-order', 'search.order', () =>
    ['due', 'oldest', 'newest'].map((name) => [name, text(`dispute.order.${name}`)]),
  );
  const overdue = element('input', { id: 'disputes-overdue', type: 'checkbox', 'data-testid': 'disputes-overdue' });
  byId('disputes-tools').append(
    element(
      'div',
      { class: 'filters' },
      state.part,
      order.part,
      element(
        'div',
        { class: 'radio' },
        overdue,
        element('label', { for: 'disputes-overdue' }, words('span', 'filter.overdue'), ' ', badge('overdue')),
      ),
    ),
  );
  const path = () =>
    `/disputes?order=${order.control.value}&overdue=${overdue.checked}${state.control.value && `&state=${state.control.value}`}`;
  const desk = new Desk(api, say, role);
  const list = new ListDetail(api, {
    name: 'disputes',
    path,
    member: 'disputes',
    keyOf: ({ id }) => id,
    row: disputeRow,
    read: (id) => desk.read(id),
    detail: (full) => desk.page(full),
    fail: (problem) => say(explain(problem)),
  });
  desk.list = list;
  [state.control, order.control, overdue].forEach((each) => each.addEventListener('change', () => list.restart()));
  work.addEventListener('change', () => list.refresh());
  return list;
}

function disputeRow({ kind, state, buyer, currency, total, dueAt, openedAt, firstMessage }) {
  const isLate = UNDECIDED.includes(state) && new Date(dueAt) < Date.now();
  return [
    element(
      'span',
      { class: 'item-head' },
      element('strong', {}, text(`dispute.short.${kind}`)),
      element('span', { class: 'words' }, buyer),
      isLate && element('span', { class: 'chip chip-created' }, text('dispute.late')),
      age(openedAt),
    ),
    element(
      'span',
      { class: 'item-more' },
      element('span', { class: 'words' }, firstMessage ?? text(`dispute.say.${state}`)),
      currency && element('span', {}, money(total, currency)),
    ),
  ];
}

/** The page of a dispute, and unsent answers. */
class Desk {
  #api;
  #say;
  #role;
  #drafts = new Map();
  list;

  constructor(api, say, role) {
    this.#api = api;
    this.#say = say;
    this.#role = role;
  }

  async read(id) {
    const reply = await this.#api.get(`/disputes/${encodeURIComponent(id)}`);
    if (!reply.isOk) {
      this.#say(explain(reply.body));
      return null;
    }
    const order = await this.#api.get(`/orders/${encodeURIComponent(reply.body.number)}`);
    return { dispute: reply.body, order: order.isOk ? order.body : null };
  }

  page(full) {
    const { dispute, order } = full;
    const { id, number, buyer, kind, duplicateOf, state, dueAt, evidence, next, amount } = dispute;
    return [
      element('h3', {}, `${text(`dispute.${kind}`)} · `, orderLink(number)),
      element(
        'p',
        {},
        element('span', { class: 'chip', 'data-state': state }, text(`dispute.say.${state}`)),
        ' ',
        buyerLink(buyer),
      ),
      duplicateOf && element('p', {}, text('dispute.of', { number: duplicateOf })),
      UNDECIDED.includes(state) && element('p', { class: 'hint' }, `${text('dispute.due')} `, exactTime(dueAt)),
      order &&
        element(
          'p',
          {},
          `${text('dispute.now')}: `,
          stateChip(order.state),
          ` ${money(order.total, order.currency)}`,
        ),
      element('h4', {}, text('dispute.look')),
      thread(dispute),
      amount && order && element('p', {}, text('dispute.amount', { amount: money(amount, order.currency) })),
      next.includes('answer') && this.#answer(id),
      next.includes('resolve') &&
        this.#role === 'support' &&
        element(
          'div',
          { class: 'actions' },
          element(
            'button',
            {
              type: 'button',
              class: 'primary',
              id: `decide-${id}`,
              'data-testid': 'dispute-decide',
              onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#decide(full)),
            },
            text('dispute.decide'),
          ),
        ),
      evidence && evidenceOf(evidence),
    ];
  }

  #answer(id) {
    const answer = element('textarea', {
      rows: 3,
      maxlength: 2000,
      'data-testid': 'dispute-text',
      oninput: () => this.#drafts.set(id, answer.value),
    });
    answer.value = this.#drafts.get(id) ?? '';
    return [
      field(text('dispute.answer'), answer, undefined, `words-${id}`),
      element(
        'button',
        {
          type: 'button',
          id: `send-${id}`,
          'data-testid': 'dispute-send',
          onclick: ({ currentTarget }) =>
            answer.value.trim() && busyWhile(currentTarget, () => this.#send(id, answer.value.trim())),
        },
        text('dispute.send'),
      ),
    ];
  }

  async #send(id, answer) {
    const { key, end } = attempt(`answer ${id}`, answer);
    const reply = await this.#api.post(`/disputes/${id}/messages`, { text: answer }, key);
    if (reply.isOk || isFinal(reply.body)) end();
    if (reply.isOk) this.#drafts.delete(id);
    await this.#finish(reply, 'dispute.sent');
  }

  async #decide({ dispute, order }) {
    const { id } = dispute;
    const verdict = element(
      'select',
      { 'data-testid': 'verdict' },
      (VERDICTS[order?.state] ?? ['REJECT']).map((name) =>
        element('option', { value: name }, text(`dispute.decide.${name}`)),
      ),
    );
    const amount = order && leftOf(order) > 0 ? amountField(order) : null;
    const isRefund = () => verdict.value === 'REFUND';
    const showAmount = () => amount && (amount.part.hidden = !isRefund());
    verdict.addEventListener('change', showAmount);
    showAmount();
    const reason = reasonField(text('dispute.decide.reason'));
    const reply = await ask({
      id: 'dialog-decide',
      title: text('dispute.decide.title'),
      content: field(text('dispute.decide.verdict'), verdict),
      fields: [amount, reason].filter((each) => each !== null),
      yes: text('dispute.decide'),
      currency: order?.currency,
      send: () =>
        this.#api.post(`/disputes/${id}/resolution`, {
          resolution: verdict.value,
          ...(isRefund() && amount && !amount.isAll() && { amount: amount.value() }),
          reason: reason.value(),
        }),
    });
    if (!reply) return;
    await this.#finish(reply, reply.status === 202 ? 'dispute.deciding' : 'dispute.decided', order?.currency);
  }

  async #finish(reply, key, currency) {
    this.#say(reply.isOk ? text(key) : failureOf(reply, currency));
    await (reply.isOk ? this.list.goOn() : this.list.refresh());
  }
}
