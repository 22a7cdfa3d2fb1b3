// The fields of the checkout: contact, delivery, payment and discount code.

import { byId, element, refill } from '../shared/dom.js';
import { addTexts, money, onLanguage, text } from '../shared/language.js';
import { COUNTRIES } from './details.js';
import { CARDS, DELIVERIES, deliveryPrice, isCode } from './draft.js';
import { FORM_TEXTS } from './form-texts.js';
import { CURRENCY } from './products.js';

/** The texts that a buyer must enter, with what the browser completes them from. */
const REQUIRED = {
  email: { type: 'email', autocomplete: 'email', inputmode: 'email' },
  name: { autocomplete: 'name' },
  street: { autocomplete: 'address-line1' },
  postcode: { autocomplete: 'postal-code' },
  city: { autocomplete: 'address-level2' },
};

export class CheckoutForm {
  #details;
  #basket;
  #session;
  #isLocked = false;

  constructor({ details, basket, session }) {
    addTexts(FORM_TEXTS);
    this.#details = details;
    this.#basket = basket;
    this.#session = session;
    details.addEventListener('change', () => this.#update());
    basket.addEventListener('change', () => this.#showPrices());
    session.addEventListener('change', () => this.#show());
    onLanguage(() => this.#show());
  }

  /** Marks what is missing and moves the focus to it. Returns whether nothing is. */
  isComplete() {
    const wrong = Object.keys(REQUIRED).filter((name) => !this.#check(name));
    if (wrong.length > 0) byId(`field-${wrong[0]}`).focus();
    return wrong.length === 0;
  }

  /** Disables the fields while the order is in flight or unknown: it was sent with their values. */
  lock(isLocked) {
    this.#isLocked = isLocked;
    const controls = '#checkout-fields fieldset, #field-code, #code-use';
    document.querySelectorAll(controls).forEach((control) => (control.disabled = isLocked));
  }

  #check(name) {
    const value = this.#details.values[name].trim();
    const isRight = name === 'email' ? /^\S+@\S+\.\S+$/.test(value) : value !== '';
    byId(`field-${name}`).setAttribute('aria-invalid', String(!isRight));
    byId(`error-${name}`).textContent = isRight ? '' : text(`form.${name}.missing`);
    return isRight;
  }

  // --- rendering ---

  #show() {
    const country = new Intl.DisplayNames(document.documentElement.lang, { type: 'region' });
    refill(
      byId('checkout-fields'),
      this.#group('contact', this.#text('email')),
      this.#group(
        'delivery',
        this.#text('name'),
        this.#text('street'),
        element('div', { class: 'columns' }, this.#text('postcode'), this.#text('city')),
        this.#choice(
          'country',
          COUNTRIES.map((code) => [code, country.of(code)]),
          { autocomplete: 'country' },
        ),
        element(
          'div',
          { role: 'radiogroup', 'aria-label': text('form.method') },
          DELIVERIES.map((delivery) => this.#delivery(delivery)),
        ),
      ),
      this.#group(
        'payment',
        this.#session.isDemo
          ? [
              this.#choice(
                'card',
                CARDS.map((card) => [card, text(`card.${card}`)]),
              ),
              element('p', { class: 'hint' }, text('form.card-hint')),
            ]
          : element('p', {}, text('form.card-none')),
      ),
    );
    this.#showCode();
    this.#showPrices();
    this.#update();
    this.lock(this.#isLocked);
  }

  #group(name, ...fields) {
    return element('fieldset', { class: 'card' }, element('legend', {}, text(`form.${name}-title`)), fields);
  }

  #text(name) {
    const id = `field-${name}`;
    return element(
      'div',
      { class: 'field' },
      element('label', { for: id }, text(`form.${name}`)),
      element('input', {
        type: 'text',
        ...REQUIRED[name],
        id,
        required: true,
        maxlength: 200,
        'aria-describedby': `error-${name}`,
        'data-testid': id,
        oninput: ({ target }) => this.#details.set({ [name]: target.value }),
        onchange: () => this.#check(name),
      }),
      element('p', { id: `error-${name}`, class: 'error' }),
    );
  }

  #choice(name, options, attributes) {
    const id = `field-${name}`;
    return element(
      'div',
      { class: 'field' },
      element('label', { for: id }, text(`form.${name}`)),
      element(
        'select',
        { ...attributes, id, 'data-testid': id, onchange: ({ target }) => this.#details.set({ [name]: target.value }) },
        options.map(([value, label]) => element('option', { value }, label)),
      ),
    );
  }

  #delivery(delivery) {
    const id = `delivery-${delivery}`;
    return element(
      'div',
      { class: 'radio' },
      element('input', {
        type: 'radio',
        name: 'delivery',
        id,
        'data-testid': id,
        onchange: () => this.#details.set({ delivery }),
      }),
      element(
        'label',
        { for: id },
        text(`delivery.${delivery}`),
        ' · ',
        element('span', { id: `price-${delivery}` }),
      ),
    );
  }

  #showCode() {
    const code = element('input', {
      id: 'field-code',
      autocomplete: 'off',
      maxlength: 20,
      'aria-describedby': 'error-code',
      'data-testid': 'field-code',
      onchange: () => this.#useCode(),
      // Enter in this field applies the code; it does not pay.
      onkeydown: (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        this.#useCode();
      },
    });
    refill(
      byId('checkout-code'),
      element('label', { for: 'field-code' }, text('form.code')),
      element(
        'div',
        { class: 'columns' },
        code,
        element(
          'button',
          { type: 'button', id: 'code-use', 'data-testid': 'code-use', onclick: () => this.#useCode() },
          text('form.code-use'),
        ),
      ),
      element('p', { id: 'error-code', class: 'error', role: 'status' }),
      this.#session.isDemo && element('p', { class: 'hint' }, text('form.code-hint')),
    );
  }

  #useCode() {
    const code = byId('field-code').value.trim().toUpperCase();
    const isRight = code === '' || isCode(code);
    byId('error-code').textContent = isRight ? '' : text('form.code.wrong');
    byId('field-code').setAttribute('aria-invalid', String(!isRight));
    if (isRight) this.#details.set({ code });
  }

  #showPrices() {
    const lines = this.#basket.lines();
    for (const delivery of DELIVERIES) {
      const price = deliveryPrice(delivery, lines);
      byId(`price-${delivery}`).textContent = price === 0 ? text('goods.free') : money(price, CURRENCY);
    }
  }

  /** Shows the stored values; a field that the buyer is editing is left alone. */
  #update() {
    const { values } = this.#details;
    for (const name of [...Object.keys(REQUIRED), 'country', 'card', 'code']) {
      const control = byId(`field-${name}`);
      if (control && control !== document.activeElement) control.value = values[name];
    }
    for (const delivery of DELIVERIES) byId(`delivery-${delivery}`).checked = delivery === values.delivery;
  }
}
