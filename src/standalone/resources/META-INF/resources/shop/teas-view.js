// The list of products and the basket.

import { byId, element, refill } from '../shared/dom.js';
import { inLanguage, money, onLanguage, text } from '../shared/language.js';
import { MAX_QUANTITY } from './basket.js';
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
      element('p', { class: 'price' }, money(price, CURRENCY)),
      element(
        'button',
        {
          type: 'button',
          id: `add-${code}`,
          'data-testid': `add-${code}`,
          'aria-describedby': `name-${code}`,
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
    this.#basket.setQuantity(code, this.#basket.quantityOf(code) + 1);
    byId('basket-said').textContent = text('basket.said', {
      name: inLanguage(name),
      count: this.#basket.quantityOf(code),
    });
  }

  #showBasket() {
    const size = this.#basket?.size ?? 0;
    byId('basket-count').textContent = size || '';
    byId('basket-items').hidden = size === 0;
    const { lines, total, currency } = this.#basket?.draft() ?? { lines: [] };
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
          `${text('total')} `,
          element('strong', { 'data-testid': 'basket-total' }, money(total, currency)),
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
          onclick: () => this.#basket.setQuantity(code, quantity + step),
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
