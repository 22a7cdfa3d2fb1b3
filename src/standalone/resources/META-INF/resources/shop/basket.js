/*
 * What a person is about to order, and the checkout that it is ordered in.
 *
 * Both are kept for all tabs and over reloads: two tabs show one basket, send it in one checkout and so under one
 * order number. A placed basket keeps its checkout, so that every tab and every reload is led to the order that
 * stands; only a new basket begins a new checkout.
 */

import { keep, newKey, onKeptElsewhere, recall } from '../shared/keep.js';
import { inLanguage } from '../shared/language.js';
import { CURRENCY, PRODUCTS, productOf } from './products.js';

/** More of one thing is a typing error in a shop like this one. */
export const MOST_OF_ONE = 99;

/** Tells by the event `change` that it holds something else. */
export class Basket extends EventTarget {
  #name;
  #kept;

  constructor(buyer) {
    super();
    this.#name = `basket ${buyer}`;
    this.#kept = recall(this.#name) ?? newBasket();
    keep(this.#name, this.#kept);
    onKeptElsewhere(this.#name, () => this.#show(recall(this.#name) ?? this.#kept));
  }

  get checkoutId() {
    return this.#kept.checkoutId;
  }

  /** The number of its order, once that stands. */
  get placed() {
    return this.#kept.placed;
  }

  get isEmpty() {
    return Object.keys(this.#kept.items).length === 0;
  }

  get size() {
    return Object.values(this.#kept.items).reduce((sum, quantity) => sum + quantity, 0);
  }

  quantityOf(code) {
    return this.#kept.items[code] ?? 0;
  }

  setQuantity(code, quantity) {
    this.#change((kept) => {
      const { [code]: before, ...others } = kept.placed ? {} : kept.items;
      const wanted = Math.min(MOST_OF_ONE, Math.max(0, quantity));
      return { ...(kept.placed ? newBasket() : kept), items: wanted ? { ...others, [code]: wanted } : others };
    });
  }

  /** The order of this checkout stands, whichever tab placed it. */
  finish(checkoutId, number) {
    this.#change((kept) => (kept.checkoutId === checkoutId ? { ...kept, items: {}, placed: number } : kept));
  }

  /** What is in it was not ordered, and its checkout was spent on something else. */
  beginCheckout(checkoutId) {
    this.#change((kept) => (kept.checkoutId === checkoutId ? { ...newBasket(), items: kept.items } : kept));
  }

  draft() {
    const lines = PRODUCTS.filter(({ code }) => this.quantityOf(code)).map(({ code, name, price }) => ({
      productCode: code,
      name: inLanguage(name),
      quantity: this.quantityOf(code),
      unitPrice: price,
    }));
    return { currency: CURRENCY, total: totalOf(lines), lines };
  }

  /** Another tab may have changed what is kept since this one looked. */
  #change(next) {
    const kept = next(recall(this.#name) ?? this.#kept);
    keep(this.#name, kept);
    this.#show(kept);
  }

  #show(kept) {
    const items = Object.fromEntries(Object.entries(kept.items).filter(([code]) => productOf(code)));
    this.#kept = { ...kept, items };
    this.dispatchEvent(new Event('change'));
  }
}

function newBasket() {
  return { checkoutId: newKey(), items: {}, placed: null };
}

function totalOf(lines) {
  return lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
}

/** Whether an order, or a draft, has the same content: names and the order of lines do not count. */
export function hasSameContent(one, other) {
  const content = ({ currency, total, lines }) =>
    JSON.stringify([
      currency,
      total,
      lines.map(({ productCode, quantity, unitPrice }) => `${productCode} ${quantity} ${unitPrice}`).sort(),
    ]);
  return content(one) === content(other);
}
