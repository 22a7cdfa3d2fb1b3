// The evidence of a dispute: what was known of its orders when it was opened.

import { element } from '../shared/dom.js';
import { text } from '../shared/language.js';
import { contents, stateChip } from '../shared/order-parts.js';
import { history, resubmissionRow } from './history.js';
import { orderLink } from './links.js';
import { exactTime } from './time.js';

export function evidenceOf({ order, duplicateOf }) {
  return element(
    'div',
    { class: 'pair' },
    known('evidence.disputed', order),
    duplicateOf && known('evidence.other', duplicateOf),
  );
}

function known(title, order) {
  const fact = (name, ...values) => [element('dt', {}, text(name)), element('dd', {}, values)];
  const acknowledged = order.acknowledgements
    .map(({ kind, earlier }) => text(`evidence.${kind}`, { earlier }))
    .join(', ');
  return element(
    'div',
    {},
    element('h4', {}, text(title)),
    element('p', {}, orderLink(order.number), ' ', stateChip(order.state)),
    contents(order),
    element(
      'dl',
      { class: 'facts' },
      order.issuedAt && fact('evidence.issued', exactTime(order.issuedAt)),
      order.idempotencyKey && fact('evidence.key', order.idempotencyKey),
      fact('evidence.placed', exactTime(order.placedAt)),
      fact('evidence.submits', submits(order)),
      acknowledged && fact('evidence.asked', acknowledged),
    ),
    element('h4', {}, text('evidence.events')),
    history(order.events, order.currency),
  );
}

function submits({ submits: all, submitsUnknown }) {
  if (submitsUnknown || !all) return text('evidence.submits.unknown');
  if (all.length === 0) return text('evidence.submits.none');
  return element('ol', {}, all.map(resubmissionRow));
}
