// Disputes: messages, evidence, answer, and for support the resolution.

import { explain, isFinal } from '../shared/api.js';
import { field } from '../shared/dialog.js';
import { byId, element } from '../shared/dom.js';
import { money, onLanguage, text } from '../shared/language.js';
import { attempt } from '../shared/keep.js';
import { instantText, stateChip } from '../shared/order-parts.js';
import { thread } from '../shared/thread.js';
import { amountField, ask, failureOf, leftOf, reasonField } from './ask.js';
import { evidenceOf } from './evidence.js';
import { OpenedRows } from './opened-rows.js';
import { orderLink } from './order-search.js';
import { fillSelect, PagedList } from './paged-list.js';

const STATES = ['OPEN', 'ANSWERED', 'RESOLVING', 'RESOLVED', 'WITHDRAWN'];

/** The possible resolutions by the order's state. */
const PAID = ['PAID', 'SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED'];
const VERDICTS = {
  CREATED: ['CANCEL', 'REJECT'],
  PAYING: ['CANCEL', 'REJECT'],
  ...Object.fromEntries(PAID.map((state) => [state, ['REFUND', 'REJECT']])),
};

export function showDisputes({ api, say, role, work }) {
  const state = byId('disputes-state');
  const overdue = byId('disputes-overdue');
  const desk = new Desk(api, say, role);
  const list = new PagedList(api, {
    name: 'disputes',
    path: () => `/disputes?overdue=${overdue.checked}${state.value ? `&state=${state.value}` : ''}`,
    member: 'disputes',
    row: (dispute) => desk.row(dispute),
    opened: desk.opened,
    fail: (problem) => say(explain(problem)),
  });
  desk.list = list;
  onLanguage(() => {
    fillSelect(state, [...STATES.map((name) => [name, text(`dispute.say.${name}`)]), ['', text('filter.all')]]);
    list.show();
  });
  [state, overdue].forEach((filter) => filter.addEventListener('change', () => list.restart()));
  work.addEventListener('change', () => list.refresh());
  list.restart();
}

/** The rows of disputes, and unsent answers. */
class Desk {
  #api;
  #say;
  #role;
  #drafts = new Map();
  /** The disputes with their messages and evidence, and their orders as they are now. */
  opened = new OpenedRows((id) => this.#read(id));
  list;

  constructor(api, say, role) {
    this.#api = api;
    this.#say = say;
    this.#role = role;
  }

  row(dispute) {
    const { id } = dispute;
    const found = this.opened.get(id);
    return {
      key: id,
      shown: [dispute, found, this.opened.has(id), document.documentElement.lang],
      build: () => this.#card({ ...dispute, ...found?.dispute }),
    };
  }

  #card({ id, number, buyer, kind, duplicateOf, state, dueAt }) {
    const isOver = state === 'RESOLVED' || state === 'WITHDRAWN';
    return element(
      'li',
      { id: `dispute-${id}`, class: 'card row', tabindex: -1, 'data-testid': 'dispute-card', 'data-id': id },
      element('h3', {}, `${text(`dispute.${kind}`)} · `, orderLink(number)),
      element(
        'p',
        {},
        element('span', { class: 'chip', 'data-state': state }, text(`dispute.say.${state}`)),
        ` ${text('dispute.buyer', { buyer })}`,
      ),
      duplicateOf && element('p', {}, text('dispute.of', { number: duplicateOf })),
      !isOver && element('p', { class: 'hint' }, `${text('dispute.due')} `, instantText(dueAt)),
      this.opened.details(id, {
        id: `look-${id}`,
        testId: 'dispute-look',
        summary: text('dispute.look'),
        inside: (full) => this.#inside(full),
      }),
    );
  }

  #inside(full) {
    const { dispute, order } = full;
    const { id, evidence, next, amount } = dispute;
    return [
      thread(dispute),
      amount && order && element('p', {}, text('dispute.amount', { amount: money(amount, order.currency) })),
      order && element('p', {}, `${text('dispute.now')}: `, stateChip(order.state)),
      evidence && evidenceOf(evidence),
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
              onclick: ({ currentTarget }) => this.list.act(currentTarget, () => this.#decide(full)),
            },
            text('dispute.decide'),
          ),
        ),
    ];
  }

  #answer(id) {
    const words = element('textarea', {
      rows: 3,
      maxlength: 2000,
      'data-testid': 'dispute-text',
      oninput: () => this.#drafts.set(id, words.value),
    });
    words.value = this.#drafts.get(id) ?? '';
    return [
      field(text('dispute.answer'), words, undefined, `words-${id}`),
      element(
        'button',
        {
          type: 'button',
          id: `send-${id}`,
          'data-testid': 'dispute-send',
          onclick: ({ currentTarget }) =>
            words.value.trim() && this.list.act(currentTarget, () => this.#send(id, words.value.trim())),
        },
        text('dispute.send'),
      ),
    ];
  }

  async #send(id, words) {
    const { key, end } = attempt(`answer ${id}`, words);
    const reply = await this.#api.post(`/disputes/${id}/messages`, { text: words }, key);
    if (reply.isOk || isFinal(reply.body)) end();
    if (reply.isOk) this.#drafts.delete(id);
    await this.#finish(id, reply, 'dispute.sent');
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
    await this.#finish(id, reply, reply.status === 202 ? 'dispute.deciding' : 'dispute.decided', order?.currency);
  }

  async #finish(id, reply, key, currency) {
    this.#say(reply.isOk ? text(key) : failureOf(reply, currency));
    await this.opened.read(id);
    await this.list.refresh();
  }

  async #read(id) {
    const reply = await this.#api.get(`/disputes/${id}`);
    if (!reply.isOk) {
      this.#say(explain(reply.body));
      return null;
    }
    const order = await this.#api.get(`/orders/${encodeURIComponent(reply.body.number)}`);
    return { dispute: reply.body, order: order.isOk ? order.body : null };
  }
}
