/*
 * The order that the checkout submits: lines, charges and how it is delivered. The service checks that the total is the
 * sum of lines and charges; a shop computes them on its server and signs them (`quote`).
 */

import { text } from '../shared/language.js';
import { CURRENCY } from './products.js';

/** Prices of delivery, in minor units. Standard delivery is free from an amount on. */
const DELIVERY = { standard: 490, express: 990 };
export const DELIVERIES = Object.keys(DELIVERY);
const FREE_FROM = 5_000;
const TAX_PERCENT = 7;
/** Discount codes, in percent of the goods. */
const CODES = { LEAF10: 10 };

/** The results that the simulated payment provider can be made to return, by the last three digits of the amount. */
const ENDINGS = { accepted: null, declined: 901, slow: 902, lost: 903 };
export const CARDS = Object.keys(ENDINGS);

export function isCode(code) {
  return Object.hasOwn(CODES, code);
}

export function subtotalOf(lines) {
  return lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
}

export function deliveryPrice(delivery, lines) {
  return delivery === 'standard' && subtotalOf(lines) >= FREE_FROM ? 0 : DELIVERY[delivery];
}

export function draftOf(lines, { email, name, street, postcode, city, country, delivery, code, card }) {
  const goods = subtotalOf(lines);
  const discount = isCode(code) ? -Math.round((goods * CODES[code]) / 100) : 0;
  const shipping = deliveryPrice(delivery, lines);
  const tax = Math.round(((goods + discount + shipping) * TAX_PERCENT) / 100);
  const sum = goods + discount + shipping + tax;
  const ending = ENDINGS[card];
  const fee = ending === null ? 0 : (1_000 + ending - (sum % 1_000)) % 1_000;
  const charges = [
    discount && { kind: 'DISCOUNT', label: text('charge.DISCOUNT', { code }), amount: discount },
    { kind: 'SHIPPING', label: text(`delivery.${delivery}`), amount: shipping },
    { kind: 'TAX', label: text('charge.TAX', { percent: TAX_PERCENT }), amount: tax },
    fee && { kind: 'FEE', label: text('charge.FEE'), amount: fee },
  ].filter(Boolean);
  return {
    currency: CURRENCY,
    total: sum + fee,
    lines,
    charges,
    contact: email,
    delivery: `${name}, ${street}, ${postcode} ${city}, ${country}`,
  };
}
