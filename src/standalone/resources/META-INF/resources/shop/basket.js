/*
 * The basket and its checkout.
 *
 * Both are stored for all tabs and over reloads: two tabs show one basket and submit it in one checkout, so under one
 * order number. A placed basket keeps its checkout, so that every tab and every reload shows the existing order; only a
 * new basket starts a new checkout.
 */

import { keep, newKey, onKeptElsewhere, recall } from '../shared/keep.js';
import { inLanguage } from '../shared/language.js';
import { PRODUCTS, productOf } from './products.js';

/** Maximum quantity of one product: more is a typing error in a shop like this one. */
export const MAX_QUANTITY = 99;

/** Dispatches `change` when its content or checkout changes. */
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

  /** The number of its order once it is placed, otherwise null. */
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
      const capped = Math.min(MAX_QUANTITY, Math.max(0, quantity));
      return { ...(kept.placed ? newBasket() : kept), items: capped ? { ...others, [code]: capped } : others };
    });
  }

  /** Empties the basket: its checkout was placed, in this tab or another. */
  finish(checkoutId, number) {
    this.#change((kept) => (kept.checkoutId === checkoutId ? { ...kept, items: {}, placed: number } : kept));
  }

  /** What the basket has besides the content of an order, by product code. */
  besides({ lines }) {
    const ordered = new Map(lines.map(({ productCode, quantity }) => [productCode, quantity]));
    const left = ([code, quantity]) => [code, quantity - (ordered.get(code) ?? 0)];
    const items = Object.entries(this.#kept.items).map(left);
    return Object.fromEntries(items.filter(([, quantity]) => quantity > 0));
  }

  /** Moves what is left to a new checkout: the old one was placed without it. */
  beginCheckout(checkoutId, items) {
    this.#change((kept) => (kept.checkoutId === checkoutId ? { ...newBasket(), items } : kept));
  }

  lines() {
    return PRODUCTS.filter(({ code }) => this.quantityOf(code)).map(({ code, name, price }) => ({
      productCode: code,
      name: inLanguage(name),
      quantity: this.quantityOf(code),
      unitPrice: price,
    }));
  }

  /** Changes the stored basket, which another tab may have changed meanwhile. */
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

/** Whether two orders have the same goods: names, charges and the order of lines are ignored. */
export function hasSameGoods(one, other) {
  const content = ({ currency, lines }) =>
    JSON.stringify([
      currency,
      lines.map(({ productCode, quantity, unitPrice }) => `${productCode} ${quantity} ${unitPrice}`).sort(),
    ]);
  return content(one) === content(other);
}
