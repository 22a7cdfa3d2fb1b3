// A list that is read in pages and refreshed on an interval, without disturbing the focus.

import { byId, follow } from '../shared/dom.js';

const REFRESH_INTERVAL_MS = 10_000;

export class PagedList {
  #api;
  #names;
  #path;
  #member;
  #item;
  #fail;
  #items = [];
  #after = null;
  #requests = 0;
  isKnown = false;

  /**
   * @param names the ids of `list`, `none` and `more`
   * @param path a function that returns the path with its query: the filters can change
   * @param member the member of the response that has the items
   * @param item makes `{ key, shown, build }` of an item
   * @param fail is called with the problem if the first read fails
   */
  constructor(api, { names, path, member, item, fail }) {
    this.#api = api;
    this.#names = names;
    this.#path = path;
    this.#member = member;
    this.#item = item;
    this.#fail = fail;
    byId(names.more).addEventListener('click', () =>
      this.#load(`${path()}&after=${encodeURIComponent(this.#after)}`, this.#items),
    );
    setInterval(() => document.hidden || this.refresh(), REFRESH_INTERVAL_MS);
  }

  /** Reads as many items as are shown, at least 20 and at most 100. */
  refresh() {
    const limit = Math.min(100, Math.max(20, this.#items.length));
    return this.#load(`${this.#path()}&limit=${limit}`, []);
  }

  show() {
    byId(this.#names.none).hidden = !this.isKnown || this.#items.length > 0;
    byId(this.#names.more).hidden = this.#after === null;
    follow(byId(this.#names.list), this.#items.map(this.#item));
  }

  async #load(path, before) {
    const request = ++this.#requests;
    const reply = await this.#api.get(path);
    // A later request was sent meanwhile, perhaps with another filter.
    if (request !== this.#requests) return;
    if (!reply.isOk) {
      if (!this.isKnown) this.#fail(reply.body);
      return;
    }
    this.#items = [...before, ...reply.body[this.#member]];
    this.#after = reply.body.after ?? null;
    this.isKnown = true;
    this.show();
  }
}

/** Replaces the options of a select and keeps the chosen value. */
export function fillSelect(select, options) {
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (chosen) select.value = chosen;
}
