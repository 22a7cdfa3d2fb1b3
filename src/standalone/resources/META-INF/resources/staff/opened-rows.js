// The opened rows of a list, and what was read of each.

import { element } from '../shared/dom.js';
import { text } from '../shared/language.js';

/** Dispatches `change` when a row was read or closed. */
export class OpenedRows extends EventTarget {
  #read;
  /** What was read, by key; null until then. */
  #rows = new Map();

  /** @param read reads the row of a key; resolves to null after it has reported that it cannot */
  constructor(read) {
    super();
    this.#read = read;
  }

  has(key) {
    return this.#rows.has(key);
  }

  /** What was read of a row; null if it is closed, or still being read. */
  get(key) {
    return this.#rows.get(key) ?? null;
  }

  open(key) {
    this.#rows.set(key, this.get(key));
    return this.read(key);
  }

  /** Reads an opened row again. */
  async read(key) {
    const found = await this.#read(key);
    // It was closed meanwhile.
    if (!this.has(key)) return;
    if (found) this.#rows.set(key, found);
    else if (this.get(key) === null) this.#rows.delete(key);
    this.dispatchEvent(new Event('change'));
  }

  close(key) {
    if (this.#rows.delete(key)) this.dispatchEvent(new Event('change'));
  }

  /** Closes all rows but these. */
  retain(keys) {
    for (const key of [...this.#rows.keys()]) if (!keys.includes(key)) this.#rows.delete(key);
  }

  /**
   * The element that opens and closes a row.
   *
   * @param summary its content, shown in both cases
   * @param inside makes the content of an opened row from what was read
   */
  details(key, { id, testId, summary, inside }) {
    const found = this.get(key);
    const details = element(
      'details',
      { open: this.has(key) },
      element('summary', { id, 'data-testid': testId }, summary),
      found ? inside(found) : element('p', { class: 'hint' }, text('list.reading')),
    );
    details.addEventListener('toggle', async () => {
      // An element that was replaced can still have an event to come.
      if (!details.isConnected || details.open === this.has(key)) return;
      if (!details.open) return this.close(key);
      await this.open(key);
      if (!this.has(key)) details.open = false;
    });
    return details;
  }
}
