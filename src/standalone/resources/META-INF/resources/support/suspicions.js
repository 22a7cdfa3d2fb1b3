// Suspected duplicates: pairs of orders side by side, for support to confirm or dismiss.

import { explain } from '../shared/api.js';
import { field, openDialog } from '../shared/dialog.js';
import { busyWhile, byId, element } from '../shared/dom.js';
import { dateAndTime, hasText, onLanguage, text } from '../shared/language.js';
import { contents, instantText, numberText, stateChip, summary } from '../shared/order-parts.js';
import { fillSelect, PagedList } from './paged-list.js';

const STATES = ['OPEN', 'CONFIRMED', 'DISMISSED', 'OVER'];

export function showSuspicions(api, say) {
  const state = byId('suspicions-state');
  const list = new PagedList(api, {
    names: { list: 'suspicion-list', none: 'suspicions-none', more: 'suspicions-more' },
    path: () => `/suspected-duplicates?state=${state.value}`,
    member: 'suspicions',
    fail: (problem) => say(explain(problem)),
    item: (suspicion) => ({
      key: String(suspicion.id),
      shown: [suspicion, document.documentElement.lang],
      build: () => card(suspicion, decide),
    }),
  });
  const decide = {
    async cancel(suspicion, order) {
      const reason = await askReason(
        text('suspicion.cancel.title'),
        order,
        text('suspicion.cancel'),
        text('suspicion.cancel.why'),
      );
      if (reason === undefined) return;
      const reply = await api.post(`/suspected-duplicates/${suspicion.id}/confirmation`, {
        cancel: order.number,
        ...(reason && { reason }),
      });
      await report(reply, text(`suspicion.${ended(reply.body?.decision ?? {})}`, { number: order.number }));
    },
    async dismiss(suspicion) {
      const reason = await askReason(text('suspicion.dismiss.title'), suspicion.later, text('suspicion.dismiss'));
      if (reason === undefined) return;
      await report(
        await api.post(`/suspected-duplicates/${suspicion.id}/dismissal`, reason ? { reason } : {}),
        text('suspicion.dismissed'),
      );
    },
  };
  const report = async (reply, words) => {
    say(reply.isOk ? words : explain(reply.body));
    await list.refresh();
  };
  onLanguage(() => {
    fillSelect(
      state,
      STATES.map((name) => [name, text(`suspicion.${name}`)]),
    );
    list.show();
  });
  state.addEventListener('change', () => list.refresh());
  return list.refresh();
}

function card(suspicion, decide) {
  const { id, state, score, reasons, foundAt, buyer, earlier, later, decision } = suspicion;
  const isOpen = state === 'OPEN';
  return element(
    'li',
    { class: 'card', 'data-testid': 'suspicion', 'data-id': id },
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
      side(suspicion, 'earlier', later, isOpen && decide),
      side(suspicion, 'later', earlier, isOpen && decide),
    ),
    isOpen &&
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
            onclick: ({ currentTarget }) => busyWhile(currentTarget, () => decide.dismiss(suspicion)),
          },
          text('suspicion.dismiss'),
        ),
      ),
    decision &&
      element(
        'p',
        { class: 'said' },
        text('suspicion.decided', { by: decision.by, at: dateAndTime(decision.at) }),
        decision.cancel && ` · ${text(`suspicion.${ended(decision)}`, { number: decision.cancel })}`,
        decision.reason && ` · ${decision.reason}`,
      ),
  );
}

const ENDS = { CANCELLED: 'cancelled', REFUNDED: 'refunded', NOT_OPEN: 'too-late' };

function ended({ ended: how }) {
  return ENDS[how] ?? 'cancelling';
}

function side(suspicion, which, other, decide) {
  const order = suspicion[which];
  return element(
    'div',
    {},
    element('h4', {}, text(`suspicion.${which}`)),
    element('p', {}, numberText(order.number), ' ', stateChip(order.state)),
    element('p', { class: 'hint' }, instantText(order.placedAt)),
    marked(contents(order), order, other),
    decide &&
      element(
        'button',
        {
          type: 'button',
          class: 'danger',
          id: `cancel-${suspicion.id}-${which}`,
          'data-testid': `cancel-${which}`,
          onclick: ({ currentTarget }) => busyWhile(currentTarget, () => decide.cancel(suspicion, order)),
        },
        text('suspicion.cancel'),
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

/** Resolves to the reason, which may be empty, or to undefined if the action is cancelled. */
async function askReason(title, order, yes, why) {
  const words = element('textarea', { rows: 2, maxlength: 500, 'data-testid': 'reason' });
  const reason = await openDialog({
    id: 'dialog-reason',
    title,
    content: [
      element('p', {}, numberText(order.number), ` · ${summary(order)}`),
      why && element('p', {}, why),
      field(text('suspicion.reason'), words),
    ],
    actions: [
      { id: 'reason-no', label: text('suspicion.back'), value: null },
      { id: 'reason-yes', label: yes, value: () => words.value.trim(), look: 'primary' },
    ],
  });
  return reason ?? undefined;
}
