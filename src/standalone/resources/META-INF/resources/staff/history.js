// The events of an order.

import { element } from '../shared/dom.js';
import { hasText, money, text } from '../shared/language.js';
import { exactTime } from './time.js';

export function history(events, currency) {
  return element(
    'ol',
    { class: 'history', 'data-testid': 'history' },
    events.map(({ kind, at, detail }) =>
      element(
        'li',
        {},
        exactTime(at),
        ` ${hasText(`event.${kind}`) ? text(`event.${kind}`) : kind}`,
        detail?.hold && ` (${holdText(detail.hold)})`,
        detail?.amount && ` ${money(Number(detail.amount), currency)}`,
        detail?.duplicateOf && ` (${text('event.duplicate-of', { number: detail.duplicateOf })})`,
        detail?.by && ` · ${detail.by}`,
        detail?.reason && `: ${detail.reason}`,
      ),
    ),
  );
}

/** The reasons for a hold that this page knows. */
export const HOLDS = ['DISPUTE', 'SUSPECTED_DUPLICATE', 'SUPPORT'];

export function holdText(reason) {
  return hasText(`hold.${reason}`) ? text(`hold.${reason}`) : reason;
}

/** A request that submitted an order again. */
export function resubmissionRow({ at, outcome }) {
  return element('li', {}, exactTime(at), ` ${outcome}`);
}
