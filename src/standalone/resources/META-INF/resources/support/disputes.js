// Disputes: messages, evidence, answer and resolution.

import { explain, isFinal } from '../shared/api.js';
import { field, openDialog } from '../shared/dialog.js';
import { busyWhile, byId, element } from '../shared/dom.js';
import { hasText, onLanguage, text } from '../shared/language.js';
import { attempt } from '../shared/keep.js';
import { contents, instantText, numberText, stateChip } from '../shared/order-parts.js';
import { thread } from '../shared/thread.js';
import { fillSelect, PagedList } from './paged-list.js';

const STATES = ['OPEN', 'ANSWERED', 'RESOLVING', 'RESOLVED', 'WITHDRAWN'];

/** The possible resolutions by the order's state. */
const PAID = ['PAID', 'SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED'];
const VERDICTS = {
  CREATED: ['CANCEL', 'REJECT'],
  PAYING: ['CANCEL', 'REJECT'],
  ...Object.fromEntries(PAID.map((state) => [state, ['REFUND', 'REJECT']])),
};

export function showDisputes(api, say) {
  const state = byId('disputes-state');
  const overdue = byId('disputes-overdue');
  const desk = new Desk(api, say);
  const list = new PagedList(api, {
    names: { list: 'dispute-list', none: 'disputes-none', more: 'disputes-more' },
    path: () => `/disputes?overdue=${overdue.checked}${state.value ? `&state=${state.value}` : ''}`,
    member: 'disputes',
    fail: (problem) => say(explain(problem)),
    item: (dispute) => ({
      key: dispute.id,
      shown: [dispute, desk.fullOf(dispute.id), document.documentElement.lang],
      build: () => desk.card(dispute),
    }),
  });
  desk.addEventListener('change', () => list.show());
  desk.addEventListener('done', () => list.refresh());
  onLanguage(() => {
    fillSelect(state, [['', text('filter.all')], ...STATES.map((name) => [name, text(`dispute.say.${name}`)])]);
    list.show();
  });
  state.addEventListener('change', () => list.refresh());
  overdue.addEventListener('change', () => list.refresh());
  return list.refresh();
}

/** The expanded disputes and unsent answers. Dispatches `change`, and `done` after a request that changes a dispute. */
class Desk extends EventTarget {
  #api;
  #say;
  #full = new Map();
  #drafts = new Map();

  constructor(api, say) {
    super();
    this.#api = api;
    this.#say = say;
  }

  fullOf(id) {
    return this.#full.get(id);
  }

  card({ id, number, buyer, kind, duplicateOf, state, dueAt }) {
    const full = this.#full.get(id);
    const details = element(
      'details',
      { open: full !== undefined },
      element('summary', { id: `look-${id}`, 'data-testid': 'dispute-look' }, text('dispute.look')),
      full && this.#inside(full),
    );
    details.addEventListener('toggle', () => {
      if (details.open === this.#full.has(id)) return;
      if (details.open) this.#read(id);
      else this.#full.delete(id);
    });
    const isOver = state === 'RESOLVED' || state === 'WITHDRAWN';
    return element(
      'li',
      { class: 'card', 'data-testid': 'dispute-card', 'data-id': id },
      element('h3', {}, `${text(`dispute.${kind}`)} · `, numberText(number)),
      element(
        'p',
        {},
        element('span', { class: 'chip', 'data-state': state }, text(`dispute.say.${state}`)),
        ` ${text('dispute.buyer', { buyer })}`,
      ),
      duplicateOf && element('p', {}, text('dispute.of', { number: duplicateOf })),
      !isOver && element('p', { class: 'hint' }, `${text('dispute.due')} `, instantText(dueAt)),
      details,
    );
  }

  #inside(full) {
    const { dispute, order } = full;
    const { evidence, next } = dispute;
    return [
      thread(dispute),
      order && element('p', {}, `${text('dispute.now')}: `, stateChip(order.state)),
      evidence &&
        element(
          'div',
          { class: 'pair' },
          known('evidence.disputed', evidence.order),
          evidence.duplicateOf && known('evidence.other', evidence.duplicateOf),
        ),
      next.includes('answer') && this.#answer(dispute.id),
      next.includes('resolve') &&
        element(
          'div',
          { class: 'actions' },
          element(
            'button',
            {
              type: 'button',
              class: 'primary',
              id: `decide-${dispute.id}`,
              'data-testid': 'dispute-decide',
              onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#decide(full)),
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
            words.value.trim() && busyWhile(currentTarget, () => this.#send(id, words.value.trim())),
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
    const verdict = element(
      'select',
      { 'data-testid': 'verdict' },
      (VERDICTS[order?.state] ?? ['REJECT']).map((name) =>
        element('option', { value: name }, text(`dispute.decide.${name}`)),
      ),
    );
    const words = element('textarea', { rows: 3, maxlength: 500, required: true, 'data-testid': 'verdict-reason' });
    const made = await openDialog({
      id: 'dialog-decide',
      title: text('dispute.decide.title'),
      content: [field(text('dispute.decide.verdict'), verdict), field(text('dispute.decide.reason'), words)],
      actions: [
        { id: 'decide-no', label: text('dispute.decide.back'), value: null },
        {
          id: 'decide-yes',
          label: text('dispute.decide'),
          look: 'primary',
          value: () =>
            words.reportValidity() && words.value.trim()
              ? { resolution: verdict.value, reason: words.value.trim() }
              : undefined,
        },
      ],
    });
    if (!made) return;
    const reply = await this.#api.post(`/disputes/${dispute.id}/resolution`, made);
    await this.#finish(dispute.id, reply, reply.status === 202 ? 'dispute.deciding' : 'dispute.decided');
  }

  async #finish(id, reply, key) {
    this.#say(reply.isOk ? text(key) : explain(reply.body));
    await this.#read(id);
    this.dispatchEvent(new Event('done'));
  }

  async #read(id) {
    const reply = await this.#api.get(`/disputes/${id}`);
    if (!reply.isOk) return this.#say(explain(reply.body));
    const order = await this.#api.get(`/orders/${encodeURIComponent(reply.body.number)}`);
    this.#full.set(id, { dispute: reply.body, order: order.isOk ? order.body : null });
    this.dispatchEvent(new Event('change'));
  }
}

/** The evidence about one order, as recorded when the dispute was opened. */
function known(title, order) {
  const fact = (name, ...values) => [element('dt', {}, text(name)), element('dd', {}, values)];
  const acknowledged = order.acknowledgements
    .map(({ kind, earlier }) => text(`evidence.${kind}`, { earlier }))
    .join(', ');
  return element(
    'div',
    {},
    element('h4', {}, text(title)),
    element('p', {}, numberText(order.number), ' ', stateChip(order.state)),
    contents(order),
    element(
      'dl',
      { class: 'facts' },
      order.issuedAt && fact('evidence.issued', instantText(order.issuedAt)),
      order.idempotencyKey && fact('evidence.key', order.idempotencyKey),
      fact('evidence.placed', instantText(order.placedAt)),
      fact('evidence.submits', submits(order)),
      acknowledged && fact('evidence.asked', acknowledged),
    ),
    element('h4', {}, text('evidence.events')),
    element(
      'ol',
      { class: 'history' },
      order.events.map(({ kind, at, detail }) =>
        element(
          'li',
          {},
          instantText(at),
          ` ${hasText(`event.${kind}`) ? text(`event.${kind}`) : kind}`,
          detail?.by && ` · ${detail.by}`,
          detail?.reason && `: ${detail.reason}`,
        ),
      ),
    ),
  );
}

function submits({ submits: all, submitsUnknown }) {
  if (submitsUnknown || !all) return text('evidence.submits.unknown');
  if (all.length === 0) return text('evidence.submits.none');
  return element(
    'ol',
    {},
    all.map(({ at, outcome }) => element('li', {}, instantText(at), ` ${outcome}`)),
  );
}
