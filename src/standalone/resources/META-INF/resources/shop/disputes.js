/*
 * Disputes of the buyer's orders: open, read, reply, withdraw. Each order shows its newest dispute.
 */

import { explain, isFinal } from '../shared/api.js';
import { field, openDialog } from '../shared/dialog.js';
import { busyWhile, element } from '../shared/dom.js';
import { dateAndTime, hasText, money, text } from '../shared/language.js';
import { attempt } from '../shared/keep.js';
import { notify } from '../shared/notices.js';
import { instantText } from '../shared/order-parts.js';
import { thread } from '../shared/thread.js';
import { hasSameGoods } from './basket.js';
import { titleOf } from './goods.js';

/** The service's maximum page size; older disputes are not shown. */
const LIMIT = 100;
const OVER = new Set(['RESOLVED', 'WITHDRAWN']);
/** States of an order that leave nothing to dispute. */
const ENDED = new Set(['CANCELLED', 'REFUNDED']);

/** Dispatches `change` when a dispute changes. */
export class Disputes extends EventTarget {
  #api;
  #orders;
  /** The newest dispute of each order, by number. */
  #disputes = new Map();
  /** The expanded disputes with their messages, by id. */
  #threads = new Map();
  /** Unsent messages, by id: they survive a new rendering. */
  #drafts = new Map();

  constructor(api, orders) {
    super();
    this.#api = api;
    this.#orders = orders;
  }

  async refresh() {
    const reply = await this.#api.get(`/disputes?limit=${LIMIT}`);
    if (!reply.isOk) return;
    this.#disputes.clear();
    for (const dispute of reply.body.disputes) {
      const other = this.#disputes.get(dispute.number);
      if (!other || other.openedAt < dispute.openedAt) this.#disputes.set(dispute.number, dispute);
    }
    this.dispatchEvent(new Event('change'));
    await Promise.all([...this.#threads.keys()].map((id) => this.#read(id)));
  }

  /** Everything that is shown of an order's dispute. */
  shownOf(number) {
    const dispute = this.#disputes.get(number);
    return [dispute, this.#threads.get(dispute?.id)];
  }

  /** The button that opens a dispute; null while one is open, and once the order has ended without money. */
  button(order) {
    const dispute = this.#disputes.get(order.number);
    if (ENDED.has(order.state) || (dispute && !OVER.has(dispute.state))) return null;
    return element(
      'button',
      {
        type: 'button',
        id: `dispute-${order.number}`,
        class: 'quiet',
        'data-testid': 'dispute',
        'aria-describedby': `title-${order.number}`,
        onclick: () => this.#open(order),
      },
      text('dispute.open'),
    );
  }

  /** The details of an order's dispute, or null. */
  part({ number }) {
    const dispute = this.#disputes.get(number);
    if (!dispute) return null;
    const { id, state, kind, duplicateOf, dueAt } = dispute;
    const full = this.#threads.get(id);
    // Whose turn it is: the date is the shop's or the buyer's.
    const due = `dispute.due.${state}`;
    const details = element(
      'details',
      { open: full !== undefined, 'data-testid': 'dispute-part' },
      element('summary', { id: `thread-${id}` }, `${text(`dispute.${kind}`)}: ${text(`dispute.state.${state}`)}`),
      duplicateOf && element('p', {}, text('dispute.of', { number: duplicateOf })),
      hasText(due) && element('p', { class: 'hint' }, `${text(due)} `, instantText(dueAt)),
      full && [thread(full), this.#answer(full)],
    );
    details.addEventListener('toggle', () => {
      if (details.open === this.#threads.has(id)) return;
      if (details.open) this.#read(id);
      else this.#threads.delete(id);
    });
    return details;
  }

  #answer({ id, next }) {
    if (!next.includes('reply')) return null;
    const words = element('textarea', {
      rows: 3,
      maxlength: 2000,
      'data-testid': 'dispute-text',
      oninput: () => this.#drafts.set(id, words.value),
    });
    words.value = this.#drafts.get(id) ?? '';
    return [
      field(text('dispute.message'), words, undefined, `words-${id}`),
      element(
        'div',
        { class: 'actions' },
        element(
          'button',
          {
            type: 'button',
            id: `send-${id}`,
            'data-testid': 'dispute-send',
            onclick: ({ currentTarget }) =>
              words.value.trim() && busyWhile(currentTarget, () => this.#send(id, words.value.trim())),
          },
          text('dispute.send'),
        ),
        next.includes('withdraw') &&
          element(
            'button',
            {
              type: 'button',
              id: `withdraw-${id}`,
              class: 'quiet',
              'data-testid': 'dispute-withdraw',
              onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#withdraw(id)),
            },
            text('dispute.withdraw'),
          ),
      ),
    ];
  }

  /** Sends a message once: the idempotency key belongs to this text until the service has accepted it. */
  async #send(id, words) {
    const { key, end } = attempt(`message ${id}`, words);
    const reply = await this.#api.post(`/disputes/${id}/messages`, { text: words }, key);
    if (reply.isOk || isFinal(reply.body)) end();
    if (!reply.isOk) return notify(explain(reply.body));
    this.#drafts.delete(id);
    await this.refresh();
  }

  async #withdraw(id) {
    const reply = await this.#api.post(`/disputes/${id}/withdrawal`);
    if (!reply.isOk) return notify(explain(reply.body));
    notify(text('dispute.withdrawn'));
    await this.refresh();
  }

  async #read(id) {
    const reply = await this.#api.get(`/disputes/${id}`);
    if (reply.isOk) this.#threads.set(id, reply.body);
    this.dispatchEvent(new Event('change'));
  }

  async #open(order) {
    const claim = await this.#openForm(order);
    if (!claim) return;
    const { isOk, body } = await this.#api.post(`/orders/${encodeURIComponent(order.number)}/disputes`, claim);
    if (!isOk) return notify(explain(body));
    this.#threads.set(body.id, body);
    notify(text('dispute.opened', { number: order.number, date: dateAndTime(body.dueAt) }));
    await this.refresh();
  }

  #openForm(order) {
    const others = this.#orders.all.filter(({ number }) => number !== order.number);
    // Orders with the same goods first, then the newest.
    others.sort((one, other) => hasSameGoods(other, order) - hasSameGoods(one, order));
    const kind = element(
      'select',
      { 'data-testid': 'dispute-kind' },
      others.length > 0 && element('option', { value: 'DUPLICATE' }, text('dispute.DUPLICATE')),
      element('option', { value: 'NOT_MINE' }, text('dispute.NOT_MINE')),
    );
    const other = element(
      'select',
      { 'data-testid': 'dispute-other' },
      others.map((one) => element('option', { value: one.number }, describe(one))),
    );
    const words = element('textarea', { rows: 4, maxlength: 2000, 'data-testid': 'dispute-words' });
    const whichOther = field(text('dispute.other'), other);
    kind.addEventListener('change', () => {
      whichOther.hidden = kind.value !== 'DUPLICATE';
    });
    whichOther.hidden = kind.value !== 'DUPLICATE';
    const claim = () => ({
      kind: kind.value,
      ...(kind.value === 'DUPLICATE' && { duplicateOf: other.value }),
      ...(words.value.trim() && { message: words.value.trim() }),
    });
    return openDialog({
      id: 'dialog-dispute',
      title: text('dispute.title'),
      content: [
        element('p', {}, describe(order)),
        field(text('dispute.kind'), kind),
        whichOther,
        field(text('dispute.words'), words),
      ],
      actions: [
        { id: 'dispute-no', label: text('dispute.no'), value: null },
        { id: 'dispute-yes', label: text('dispute.yes'), value: claim, look: 'primary' },
      ],
    });
  }
}

function describe(order) {
  return `${titleOf(order)} · ${money(order.total, order.currency)} · ${order.number}`;
}
