// What the buyer enters at the checkout: stored for all tabs, over reloads, and for the next order.

import { keep, onKeptElsewhere, recall } from '../shared/keep.js';

export const COUNTRIES = ['AT', 'BE', 'CH', 'DE', 'FR', 'GB', 'IT', 'NL'];

const EMPTY = {
  email: '',
  name: '',
  street: '',
  postcode: '',
  city: '',
  country: 'DE',
  delivery: 'standard',
  code: '',
  card: 'accepted',
};

/** The address that the demonstration suggests. */
export const SAMPLE = {
  email: 'ada@example.com',
  name: 'Ada Visitor',
  street: 'Lindenstraße 12',
  postcode: '10969',
  city: 'Berlin',
};

/** Dispatches `change` when a value changes, in this tab or another. */
export class Details extends EventTarget {
  #name;
  #values;

  constructor(buyer) {
    super();
    this.#name = `details ${buyer}`;
    this.#values = { ...EMPTY, ...recall(this.#name) };
    onKeptElsewhere(this.#name, () => this.#show({ ...EMPTY, ...recall(this.#name) }));
  }

  get values() {
    return this.#values;
  }

  set(changes) {
    const values = { ...this.#values, ...changes };
    keep(this.#name, values);
    this.#show(values);
  }

  /** Fills the fields of a buyer who has not entered anything yet. */
  suggest(values) {
    if (!recall(this.#name)) this.set(values);
  }

  #show(values) {
    this.#values = values;
    this.dispatchEvent(new Event('change'));
  }
}
