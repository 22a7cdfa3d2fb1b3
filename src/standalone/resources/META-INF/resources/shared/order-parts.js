// Elements of an order that all pages show.

import { element } from './dom.js';
import { count, dateAndTime, money, text } from './language.js';

/** A symbol of each state, beside its text and its colour. */
const SIGNS = {
  CREATED: '○',
  PAYING: '◔',
  PAID: '●',
  SHIPPED: '➤',
  COMPLETED: '✓',
  RETURNING: '↩',
  RETURNED: '↩',
  CANCELLED: '✕',
  REFUNDING: '↺',
  REFUNDED: '↺',
};

export function stateChip(state) {
  return element(
    'span',
    { class: `chip chip-${state.toLowerCase()}`, 'data-state': state },
    element('span', { 'aria-hidden': 'true' }, SIGNS[state] ?? '·'),
    ` ${text(`state.${state}`)}`,
  );
}

export function numberText(number) {
  return element('span', { class: 'number', translate: 'no' }, number);
}

export function instantText(instant) {
  return element('time', { datetime: instant }, dateAndTime(instant));
}

/** The lines and charges of an order and its total. */
export function contents({ lines, charges = [], total, currency }) {
  return element(
    'ul',
    { class: 'contents' },
    lines.map(({ productCode, name, quantity, unitPrice }) =>
      element(
        'li',
        {},
        element('span', {}, `${count(quantity)} × ${name ?? productCode}`),
        element('span', {}, money(quantity * unitPrice, currency)),
      ),
    ),
    charges.map(({ label, amount }) =>
      element(
        'li',
        { 'data-testid': 'charge' },
        element('span', {}, label),
        element('span', {}, money(amount, currency)),
      ),
    ),
    element(
      'li',
      { class: 'total' },
      element('span', {}, text('total')),
      element('strong', {}, money(total, currency)),
    ),
  );
}

/** A one-line summary, for a table. */
export function summary({ lines, total, currency }) {
  const things = lines.map(({ productCode, name, quantity }) => `${count(quantity)} × ${name ?? productCode}`);
  return `${things.join(', ')} · ${money(total, currency)}`;
}
