// A list that is asked for in pages and looked at again every so often, without taking away what somebody is at.

import { byId, follow } from '../shared/dom.js';

const EVERY_MS = 10_000;

export class PagedList {
  #api;
  #names;
  #path;
  #member;
  #item;
  #fail;
  #items = [];
  #after = null;
  #asked = 0;
  isKnown = false;

  /**
   * @param names the ids of `list`, `none` and `more`
   * @param path where to ask, with a query: a function, because of the filters
   * @param member which member of the answer has the items
   * @param item makes `{ key, shown, build }` of one
   * @param fail is told the problem if there is no first look
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
    setInterval(() => document.hidden || this.refresh(), EVERY_MS);
  }

  /** Whoever has turned pages sees as many again, not the first one only. */
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
    const asked = ++this.#asked;
    const reply = await this.#api.get(path);
    // A later question, under another filter perhaps, was asked meanwhile.
    if (asked !== this.#asked) return;
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

/** Fills a select with values and their texts, and keeps what is chosen. */
export function fillSelect(select, options) {
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (chosen) select.value = chosen;
}
