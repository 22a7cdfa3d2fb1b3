// The page of an order: everything that the service knows of it, and the moves of the person's role.

import { explain } from '../shared/api.js';
import { busyWhile, element } from '../shared/dom.js';
import { hasText, money, text } from '../shared/language.js';
import { contents, numberText, stateChip } from '../shared/order-parts.js';
import { history, holdText, resubmissionRow } from './history.js';
import { buyerLink } from './links.js';
import { LOOKS, move, openMoves } from './order-moves.js';
import { exactTime } from './time.js';

/** Pages of 100 events each. */
const MAX_EVENT_PAGES = 10;

/**
 * Resolves to `{ order, version, buyer, events, payments, disputes, resubmissions }`, each null if it cannot be read; to
 * null without an order.
 */
export async function readOrder(api, number, say) {
  const path = `/orders/${encodeURIComponent(number)}`;
  const [order, summary, events, payments, disputes, resubmissions] = await Promise.all([
    api.get(path),
    api.get(`/orders?number=${encodeURIComponent(number)}&limit=1`),
    readEvents(api, path),
    api.get(`${path}/payments`),
    api.get(`${path}/disputes`),
    api.get(`${path}/resubmissions`),
  ]);
  if (!order.isOk) {
    say(explain(order.body));
    return null;
  }
  return {
    order: order.body,
    version: order.version,
    buyer: summary.isOk ? (summary.body.orders[0]?.buyer ?? null) : null,
    events,
    payments: payments.isOk ? payments.body.payments : null,
    disputes: disputes.isOk ? disputes.body.disputes : null,
    resubmissions: resubmissions.isOk ? resubmissions.body.resubmissions : null,
  };
}

async function readEvents(api, path) {
  const events = [];
  for (let after = 0, pages = 0; after !== null && pages < MAX_EVENT_PAGES; pages++) {
    const reply = await api.get(`${path}/events?after=${after}`);
    if (!reply.isOk) return null;
    events.push(...reply.body.events);
    after = reply.body.after ?? null;
  }
  return events;
}

/**
 * The content of the page.
 *
 * @param moved is called after a move, with the order as it was
 */
export function orderPage({ api, say, role }, found, moved) {
  const { order, buyer, events, payments, disputes, resubmissions } = found;
  const { number, state, currency, placedAt } = order;
  const run = async (name) => {
    const result = await move(api, name, order, found.version);
    if (result === null) return;
    say(result);
    await moved(order);
  };
  return [
    element('h3', {}, numberText(number), ' ', stateChip(state)),
    element('p', {}, exactTime(placedAt), buyer && [' · ', buyerLink(buyer)]),
    element(
      'div',
      { class: 'actions' },
      openMoves(role, order).map((name) =>
        element(
          'button',
          {
            type: 'button',
            id: `${name}-${number}`,
            class: LOOKS[name],
            'data-testid': name,
            onclick: ({ currentTarget }) => busyWhile(currentTarget, () => run(name)),
          },
          text(`move.${name}`),
        ),
      ),
    ),
    holdsOf(order, events),
    contents(order),
    facts(order),
    section('details.payments', payments, (all) => all.map(paymentRow)),
    section('details.disputes', disputes, (all) => all.map((dispute) => disputeRow(dispute, currency))),
    section('evidence.submits', resubmissions, (all) => all.map(resubmissionRow)),
    element('h4', {}, text('details.history')),
    events ? history(events, currency) : unknown(),
  ];
}

/** Why an order is not shipped: each hold, and when it began, by whom and for what reason. */
function holdsOf({ holds = [] }, events) {
  if (holds.length === 0) return null;
  const begun = (hold) => events?.findLast(({ kind, detail }) => kind === 'HELD' && detail?.hold === hold);
  return element(
    'div',
    { class: 'said said-warn', 'data-testid': 'holds' },
    element('strong', {}, text('details.holds')),
    element(
      'ul',
      {},
      holds.map((hold) => {
        const event = begun(hold);
        return element(
          'li',
          {},
          holdText(hold),
          event && [' · ', exactTime(event.at), ` · ${event.detail.by}`],
          event?.detail.reason && `: ${event.detail.reason}`,
        );
      }),
    ),
  );
}

function facts(order) {
  const { currency, refunded, reference, checkout, idempotencyKey, delivery, contact, metadata, acknowledgements } =
    order;
  const confirmed = acknowledgements.map(({ kind, earlier }) => text(`evidence.${kind}`, { earlier })).join(', ');
  const known = [
    ['details.refunded', refunded > 0 && money(refunded, currency)],
    ['details.reference', reference],
    ['details.delivery', delivery],
    ['details.contact', contact],
    ['details.checkout', checkout],
    ['evidence.key', idempotencyKey],
    ['evidence.asked', confirmed],
  ].map(([name, value]) => [text(name), value]);
  return element(
    'dl',
    { class: 'facts', 'data-testid': 'facts' },
    [...known, ...Object.entries(metadata ?? {})]
      .filter(([, value]) => value)
      .map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

function paymentRow({ state, reason, currency, amount, begunAt }) {
  return element(
    'li',
    {},
    exactTime(begunAt),
    ` ${money(amount, currency)} · ${text(`payment.${state}`)}`,
    reason && `: ${reason}`,
  );
}

function disputeRow({ id, openedAt, kind, state, resolution, amount, reason }, currency) {
  const verdict = `verdict.${resolution}`;
  return element(
    'li',
    {},
    exactTime(openedAt),
    ' ',
    element('a', { href: `#disputes/${id}` }, text(`dispute.${kind}`)),
    ` · ${text(`dispute.say.${state}`)}`,
    resolution && ` · ${hasText(verdict) ? text(verdict) : resolution}`,
    amount && ` (${money(amount, currency)})`,
    reason && `: ${reason}`,
  );
}

/** A list with its heading; nothing if it is empty. */
function section(title, items, rows) {
  if (items?.length === 0) return null;
  return [element('h4', {}, text(title)), items ? element('ul', { class: 'history' }, rows(items)) : unknown()];
}

function unknown() {
  return element('p', { class: 'hint' }, text('details.unknown'));
}
