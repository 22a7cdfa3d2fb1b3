// A list that is read in pages. A refresh keeps the focus, what is typed, and the opened rows.

import { busyWhile, follow } from '../shared/dom.js';
import { text } from '../shared/language.js';

const PAGE = 20;
const LARGEST_PAGE = 100;
/** Requests of one reading. A search can return a page with few rows, or none, that is not the last one. */
const MAX_REQUESTS = 10;
const REFRESH_INTERVAL_MS = 30_000;

export class PagedList {
  #api;
  #name;
  #path;
  #hasPages;
  #member;
  #row;
  #opened;
  #fail;
  #items = [];
  #after = null;
  #readings = 0;
  #adding;
  #isKnown = false;

  /**
   * @param name the elements `{name}-list`, `{name}-status` and `{name}-more` have these ids
   * @param path a function that returns the path with a query: the filters can change
   * @param hasPages whether the operation takes `limit` and `after`
   * @param member the member of the response that has the items
   * @param row makes `{ key, shown, build }` of an item
   * @param opened the `OpenedRows` of the list, if its rows can be opened
   * @param fail is called with the problem if the first reading, or one that the person asked for, fails
   * @param isRefreshed whether it is read again on an interval
   */
  constructor(api, { name, path, hasPages = true, member, row, opened, fail, isRefreshed = true }) {
    this.#api = api;
    this.#name = name;
    this.#path = path;
    this.#hasPages = hasPages;
    this.#member = member;
    this.#row = row;
    this.#opened = opened;
    this.#fail = fail;
    this.#part('more').addEventListener('click', ({ currentTarget }) =>
      busyWhile(currentTarget, () => (this.#adding = this.#addPage())),
    );
    opened?.addEventListener('change', () => this.show());
    if (isRefreshed) setInterval(() => document.hidden || this.refresh(), REFRESH_INTERVAL_MS);
  }

  /** Reads the first page of another filter. */
  async restart() {
    const page = await this.#read(null, PAGE);
    if (!page) return;
    this.#items = page.items;
    this.#opened?.retain(this.#items.map((item) => this.#keyOf(item)));
    this.#show(page);
  }

  /** Reads again what is shown. An opened row stays, also if it no longer matches the filter. */
  async refresh() {
    await this.#adding;
    const page = await this.#read(null, Math.max(PAGE, this.#items.length), !this.#isKnown);
    if (!page) return;
    const before = new Map(this.#items.map((item) => [this.#keyOf(item), JSON.stringify(item)]));
    const now = new Set(page.items.map((item) => this.#keyOf(item)));
    const items = [...page.items];
    this.#items.forEach((item, index) => {
      const key = this.#keyOf(item);
      if (this.#opened?.has(key) && !now.has(key)) items.splice(index, 0, item);
    });
    this.#items = items;
    this.#show(page);
    for (const item of items) {
      const key = this.#keyOf(item);
      const isChanged = !now.has(key) || before.get(key) !== JSON.stringify(item);
      if (isChanged && this.#opened?.has(key)) this.#opened.read(key);
    }
  }

  /** Runs the work of a button in a row. If the row leaves the list, the one in its place gets the focus. */
  async act(button, work) {
    const rows = this.#part('list').children;
    const index = [...rows].findIndex((row) => row.contains(button));
    await busyWhile(button, work);
    if (document.activeElement !== document.body) return;
    (rows[Math.min(index, rows.length - 1)] ?? this.#part('status')).focus();
  }

  /** Shows the items again, in another language or with a row opened or closed. */
  show() {
    const status = this.#status();
    // An unchanged status is not announced again.
    if (this.#part('status').textContent !== status) this.#part('status').textContent = status;
    this.#part('more').hidden = this.#after === null;
    follow(this.#part('list'), this.#items.map(this.#row));
  }

  #show({ after }) {
    this.#after = after;
    this.#isKnown = true;
    this.show();
  }

  #status() {
    if (!this.#isKnown) return '';
    const count = this.#items.length;
    if (this.#after !== null) return text('list.more', { count });
    return count === 0 ? text('list.none') : text('list.all', { count });
  }

  async #addPage() {
    const page = await this.#read(this.#after, PAGE);
    if (!page) return;
    const keys = new Set(this.#items.map((item) => this.#keyOf(item)));
    const added = page.items.filter((item) => !keys.has(this.#keyOf(item)));
    const first = this.#items.length;
    this.#items = [...this.#items, ...added];
    this.#show(page);
    // The button that had the focus is hidden.
    if (this.#after === null) this.#part('list').children[first]?.focus();
  }

  /**
   * Reads items from a cursor on, this many if there are. Resolves to `{ items, after }`, or to undefined if they cannot
   * be read, or if a later reading has begun, perhaps with another filter.
   */
  async #read(from, wanted, isAsked = true) {
    const reading = ++this.#readings;
    const path = this.#path();
    const items = [];
    let after = from;
    for (let requests = 0; requests < MAX_REQUESTS && items.length < wanted; requests++) {
      const cursor = after === null ? '' : `&after=${encodeURIComponent(after)}`;
      const page = `&limit=${Math.min(LARGEST_PAGE, wanted - items.length)}${cursor}`;
      const reply = await this.#api.get(this.#hasPages ? path + page : path);
      if (reading !== this.#readings) return undefined;
      if (!reply.isOk) {
        if (isAsked) this.#fail(reply.body);
        return undefined;
      }
      items.push(...reply.body[this.#member]);
      after = reply.body.after ?? null;
      if (after === null) break;
    }
    return { items, after };
  }

  #keyOf(item) {
    return this.#row(item).key;
  }

  #part(name) {
    return document.getElementById(`${this.#name}-${name}`);
  }
}

/** Replaces the options of a select and keeps the chosen value. */
export function fillSelect(select, options) {
  const chosen = select.options.length > 0 ? select.value : null;
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (chosen !== null) select.value = chosen;
}
