// The goods of an order with their pictures, and what they cost.

import { element } from '../shared/dom.js';
import { count, inLanguage, money, text } from '../shared/language.js';
import { subtotalOf } from './draft.js';
import { picture } from './pictures.js';
import { productOf } from './products.js';

/** The name in the page's language: the order may have been placed in the other one. */
function nameOf({ productCode, name }) {
  const product = productOf(productCode);
  return product ? inLanguage(product.name) : (name ?? productCode);
}

/** A short title: the first product, and how many others. */
export function titleOf({ lines }) {
  const name = nameOf(lines[0]);
  return lines.length === 1 ? name : text('goods.title', { name, others: lines.length - 1 });
}

/** The lines with pictures, the charges and the total. */
export function goods({ lines, charges = [], total, currency }) {
  const row = (name, amount, attributes) =>
    element('li', attributes, element('span', {}, name), element('span', {}, amount));
  const amountOf = (amount) => (amount === 0 ? text('goods.free') : money(amount, currency));
  return element(
    'ul',
    { class: 'contents' },
    lines.map((line) => {
      const product = productOf(line.productCode);
      return element(
        'li',
        { class: 'good' },
        product && picture(product.look),
        element('span', { class: 'good-name' }, `${count(line.quantity)} × ${nameOf(line)}`),
        element('span', {}, money(line.quantity * line.unitPrice, currency)),
      );
    }),
    charges.length > 0 && row(text('goods.subtotal'), money(subtotalOf(lines), currency), { class: 'rule' }),
    charges.map(({ label, amount }) => row(label, amountOf(amount), { 'data-testid': 'charge' })),
    element(
      'li',
      { class: 'total' },
      element('span', {}, text('total')),
      element('strong', { 'data-testid': 'order-total' }, money(total, currency)),
    ),
  );
}
