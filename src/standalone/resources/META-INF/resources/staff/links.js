// Links between the tabs.

import { element } from '../shared/dom.js';
import { numberText } from '../shared/order-parts.js';

/** A link to the page of an order. */
export function orderLink(number) {
  return element('a', { href: `#orders/${number}` }, numberText(number));
}

/** A link to all orders of a buyer. */
export function buyerLink(buyer) {
  return element('a', { href: `#search/${encodeURIComponent(buyer)}` }, buyer);
}
