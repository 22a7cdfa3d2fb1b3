// The list of products and the basket.

import { byId, element, refill } from '../shared/dom.js';
import { inLanguage, money, onLanguage, text } from '../shared/language.js';
import { MAX_QUANTITY } from './basket.js';
import { subtotalOf } from './draft.js';
import { picture } from './pictures.js';
import { CURRENCY, PRODUCTS } from './products.js';

export class TeasView {
  #basket = null;
  /** Products added before the sign-in was complete. */
  #early = [];

  constructor() {
    onLanguage(() => {
      refill(
        byId('products'),
        PRODUCTS.map((product) => this.#product(product)),
      );
      this.#showBasket();
    });
  }

  use(basket) {
    this.#basket = basket;
    basket.addEventListener('change', () => this.#showBasket());
    this.#early.splice(0).forEach((product) => this.#add(product));
    this.#showBasket();
  }

  #product(product) {
    const { code, name, note, price, look } = product;
    return element(
      'li',
      { class: 'product card' },
      picture(look),
      element('h3', { id: `name-${code}` }, inLanguage(name)),
      element('p', { class: 'hint' }, inLanguage(note)),
      element(
        'p',
        { class: 'price' },
        money(price, CURRENCY),
        element('span', { id: `in-basket-${code}`, 'data-testid': `in-basket-${code}` }),
      ),
      element(
        'button',
        {
          type: 'button',
          id: `add-${code}`,
          'data-testid': `add-${code}`,
          'aria-label': text('teas.add-named', { name: inLanguage(name) }),
          onclick: () => this.#add(product),
        },
        text('teas.add'),
      ),
    );
  }

  #add(product) {
    const { code, name } = product;
    if (!this.#basket) {
      this.#early.push(product);
      return;
    }
    this.#setQuantity(code, inLanguage(name), this.#basket.quantityOf(code) + 1);
  }

  #setQuantity(code, name, quantity) {
    this.#basket.setQuantity(code, quantity);
    const count = this.#basket.quantityOf(code);
    const said = [text(count === 0 ? 'basket.removed' : 'basket.said', { name, count })];
    if (this.#basket.isEmpty) said.push(text('basket.empty'));
    byId('basket-said').textContent = said.join(' ');
  }

  #showBasket() {
    const size = this.#basket?.size ?? 0;
    byId('basket-count').textContent = size || '';
    byId('basket-items').hidden = size === 0;
    const lines = this.#basket?.lines() ?? [];
    const subtotal = money(subtotalOf(lines), CURRENCY);
    for (const { code } of PRODUCTS) {
      const count = this.#basket?.quantityOf(code) ?? 0;
      byId(`in-basket-${code}`).textContent = count === 0 ? '' : text('teas.in-basket', { count });
    }
    const items = size === 1 ? text('basket.one') : text('basket.items', { count: size });
    byId('basket-bar').hidden = size === 0;
    byId('basket-bar').textContent = text('basket.bar', { items, amount: subtotal });
    refill(
      byId('basket'),
      lines.length === 0 && element('p', { class: 'hint' }, text('basket.empty')),
      lines.length > 0 && [
        element(
          'ul',
          { class: 'lines' },
          lines.map((line) => this.#line(line)),
        ),
        element(
          'p',
          { class: 'sum' },
          `${text('goods.subtotal')} `,
          element('strong', { 'data-testid': 'basket-total' }, subtotal),
        ),
        element(
          'a',
          { href: '#checkout', class: 'button primary', 'data-testid': 'to-checkout' },
          text('basket.checkout'),
        ),
      ],
    );
  }

  #line({ productCode: code, name, quantity, unitPrice }) {
    const stepper = (step, sign, label) =>
      element(
        'button',
        {
          type: 'button',
          id: `${label}-${code}`,
          'data-testid': `${label}-${code}`,
          class: 'step',
          'aria-label': text(`basket.${label}`, { name }),
          disabled: step > 0 && quantity >= MAX_QUANTITY,
          onclick: () => this.#setQuantity(code, name, quantity + step),
        },
        sign,
      );
    return element(
      'li',
      {},
      element('span', { class: 'line-name' }, name),
      element(
        'span',
        { class: 'stepper' },
        stepper(-1, '−', 'less'),
        element('span', { 'data-testid': `quantity-${code}` }, quantity),
        stepper(1, '+', 'more'),
      ),
      element('span', { class: 'amount' }, money(quantity * unitPrice, CURRENCY)),
    );
  }
}
