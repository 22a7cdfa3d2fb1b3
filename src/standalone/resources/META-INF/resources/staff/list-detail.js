/*
 * A list, and beside it what is known of the chosen row. The list is read in pages. Reading it again, on an interval and
 * when the service reports a change, keeps the chosen row, the scroll position, the focus and what is typed.
 */

import { busyWhile, byId, element, follow } from '../shared/dom.js';
import { count, onLanguage, text } from '../shared/language.js';
import { words } from './frame.js';

const PAGE = 50;
const LARGEST_PAGE = 100;
/** Requests of one reading. A search can return a page with few rows, or none, that is not the last one. */
const MAX_REQUESTS = 10;
const REFRESH_INTERVAL_MS = 30_000;
/** The service counts pairs no further. */
const MOST = 10_000;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class ListDetail {
  #api;
  #name;
  #path;
  #hasPages;
  #member;
  #keyOf;
  #row;
  #read;
  #isWhole;
  #detail;
  #hasBadge;
  #fail;
  #items = [];
  #after = null;
  #count = null;
  #readings = 0;
  #adding;
  #isBegun = false;
  #isKnown = false;
  /** The key of the chosen row, and what was read of it: null until then, false if it cannot be read. */
  #chosen = null;
  #found = null;
  #findings = 0;

  /**
   * @param name of the tab; the ids of the elements begin with it
   * @param path a function that returns the path with a query: the filters can change
   * @param hasPages whether the operation takes `limit` and `after`
   * @param member the member of the response that has the items
   * @param keyOf returns the key of an item, a text
   * @param row makes the content of an item's row
   * @param read reads what the detail shows, by key and by item if the list has it; resolves to null if it cannot
   * @param isWhole whether an item has everything that `read` would return
   * @param detail makes the detail's content from what was read
   * @param hasBadge whether the number of rows is shown beside the tab
   * @param fail is called with the problem if a reading that the person asked for fails
   */
  constructor(
    api,
    { name, path, hasPages = true, member, keyOf, row, read, isWhole = false, detail, hasBadge = false, fail },
  ) {
    this.#api = api;
    this.#name = name;
    this.#path = path;
    this.#hasPages = hasPages;
    this.#member = member;
    this.#keyOf = keyOf;
    this.#row = row;
    this.#read = read;
    this.#isWhole = isWhole;
    this.#detail = detail;
    this.#hasBadge = hasBadge;
    this.#fail = fail;
    this.#write();
    onLanguage(() => this.show());
    setInterval(() => document.hidden || this.refresh(), REFRESH_INTERVAL_MS);
  }

  #write() {
    const name = this.#name;
    const list = element('ul', { id: `${name}-list`, 'data-testid': `${name}-list`, onkeydown: (event) => this.#onKey(event) });
    const more = words('button', 'list.next', {
      id: `${name}-more`,
      type: 'button',
      hidden: true,
      'data-testid': `${name}-more`,
      onclick: ({ currentTarget }) => busyWhile(currentTarget, () => this.#addPage()),
    });
    byId(name).append(
      element('p', {
        id: `${name}-status`,
        class: 'hint',
        role: 'status',
        tabindex: -1,
        'data-testid': `${name}-status`,
      }),
      element(
        'div',
        { class: 'split' },
        element('div', { id: `${name}-rows`, class: 'rows' }, list, more),
        element('div', { id: `${name}-detail`, class: 'detail', 'data-testid': `${name}-detail` }),
      ),
    );
  }

  /** Follows the address: reads the list the first time, and chooses the row of a key, if there is one. */
  go(key) {
    if (!this.#isBegun) this.restart(key);
    else if (key !== null && key !== this.#chosen) this.choose(key);
  }

  /**
   * Reads the first page of another filter, and chooses a row.
   *
   * @param key the row to choose, listed or not; without it the first one
   */
  async restart(key = null) {
    this.#isBegun = true;
    if (key !== null) this.choose(key);
    const page = await this.#readPages(null, PAGE);
    if (!page) return;
    this.#items = page.items;
    this.#set(page);
    this.#rows().scrollTop = 0;
    if (key !== null) return;
    const [first] = this.#items;
    if (first) await this.choose(this.#keyOf(first));
    else this.#chooseNone();
  }

  /** Reads again what is shown. The chosen row stays, also if it no longer matches the filter. */
  async refresh() {
    if (byId(this.#name).hidden && !this.#hasBadge) return;
    await this.#adding;
    const wanted = Math.max(PAGE, this.#items.length);
    const page = await this.#readPages(null, wanted, !this.#isKnown);
    if (!page) return;
    const now = new Set(page.items.map(this.#keyOf));
    const isCut = page.after !== null && page.items.length < wanted;
    const items = [...page.items];
    // What one refresh does not reach stays as it was.
    if (isCut) items.push(...this.#items.slice(items.length).filter((item) => !now.has(this.#keyOf(item))));
    const index = this.#index();
    const isGone = index >= 0 && !items.some((item) => this.#keyOf(item) === this.#chosen);
    if (isGone) items.splice(index, 0, this.#items[index]);
    this.#items = items;
    this.#set(isCut ? { ...page, after: this.#after } : page);
    if (this.#chosen === null && items.length > 0) await this.choose(this.#keyOf(items[0]));
    else await this.#find(isGone);
  }

  /** Chooses a row by its key, which need not be listed. */
  async choose(key, { isFocused = false } = {}) {
    if (key !== this.#chosen) this.#found = this.#isWhole ? (this.#itemOf(key) ?? null) : null;
    this.#chosen = key;
    if (!byId(this.#name).hidden)
      history.replaceState(history.state, '', `#${this.#name}/${encodeURIComponent(key)}`);
    this.show();
    this.#reveal(key);
    if (isFocused) this.#rowOf(key)?.focus();
    await this.#find();
  }

  /** Chooses the row this many steps further, and reads another page for it if necessary. */
  async move(step) {
    const index = this.#index();
    if (index + step >= this.#items.length && this.#after !== null) await this.#addPage();
    const to = Math.min(Math.max(index + step, 0), this.#items.length - 1);
    if (this.#items[to]) await this.choose(this.#keyOf(this.#items[to]), { isFocused: true });
  }

  /** Goes on after a decision: chooses the next row, and reads the list again. */
  async goOn() {
    const index = this.#index();
    if (index === this.#items.length - 1 && this.#after !== null) await this.#addPage();
    const next = this.#items[index + 1] ?? this.#items[index - 1];
    if (next) await this.choose(this.#keyOf(next), { isFocused: true });
    else this.#chooseNone();
    await this.refresh();
    // The person can be somewhere else by now.
    if (document.activeElement === document.body) (this.#rowOf(this.#chosen) ?? byId(`${this.#name}-status`)).focus();
  }

  /** Shows everything again, in another language, or with something chosen. */
  show() {
    const status = this.#status();
    const shown = byId(`${this.#name}-status`);
    // An unchanged status is not announced again.
    if (shown.textContent !== status) shown.textContent = status;
    byId(`${this.#name}-more`).hidden = this.#after === null;
    const { lang } = document.documentElement;
    // Ages change with the minutes.
    const minute = Math.floor(Date.now() / 60_000);
    const current = this.#index() >= 0 ? this.#chosen : this.#items[0] && this.#keyOf(this.#items[0]);
    this.#keepingPlace(() =>
      follow(
        byId(`${this.#name}-list`),
        this.#items.map((item) => {
          const key = this.#keyOf(item);
          const states = [key === this.#chosen, key === current];
          return { key, shown: [item, states, lang, minute], build: () => this.#listed(item, ...states) };
        }),
      ),
    );
    const found = this.#found;
    follow(
      byId(`${this.#name}-detail`),
      this.#chosen === null
        ? []
        : [{ key: this.#chosen, shown: [found, lang], build: () => this.#detailed(this.#chosen, found) }],
    );
  }

  #listed(item, isChosen, isTabStop) {
    const key = this.#keyOf(item);
    return element(
      'li',
      {},
      element(
        'a',
        {
          id: `${this.#name}-item-${key}`,
          class: 'item',
          href: `#${this.#name}/${encodeURIComponent(key)}`,
          tabindex: isTabStop ? 0 : -1,
          'aria-current': isChosen && 'true',
          'data-testid': `${this.#name}-item`,
          'data-id': key,
          onclick: (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            this.choose(key, { isFocused: true });
          },
        },
        this.#row(item),
      ),
    );
  }

  #detailed(key, found) {
    return element(
      'div',
      { id: `${this.#name}-detail-${key}`, class: 'card', tabindex: -1, 'data-id': key },
      found
        ? this.#detail(found)
        : element('p', { class: 'hint' }, text(found === null ? 'list.reading' : 'details.unknown')),
    );
  }

  /** Reads what the detail shows. */
  async #find(isRead = false) {
    const key = this.#chosen;
    if (key === null) return;
    const finding = ++this.#findings;
    const item = this.#itemOf(key);
    const found = this.#isWhole && item && !isRead ? item : await this.#read(key, item);
    // Another row was chosen, or this one is read again, meanwhile.
    if (finding !== this.#findings) return;
    this.#found = found ?? (this.#found || false);
    this.show();
  }

  #chooseNone() {
    this.#findings++;
    this.#chosen = null;
    this.#found = null;
    this.show();
  }

  #set({ after, count: all }) {
    this.#after = after;
    if (all !== undefined) this.#count = all;
    this.#isKnown = true;
    this.show();
    if (!this.#hasBadge) return;
    const badge = byId(`${this.#name}-badge`);
    badge.hidden = this.#items.length === 0;
    badge.firstElementChild.textContent = `${count(this.#items.length)}${after === null ? '' : '+'}`;
  }

  #status() {
    if (!this.#isKnown) return '';
    const shown = this.#items.length;
    if (shown === 0) return text('list.none');
    if (this.#after === null) return text('list.all', { count: count(shown) });
    if (this.#count === null) return text('list.more', { count: count(shown) });
    const all = this.#count < MOST ? count(this.#count) : `${count(MOST)}+`;
    return text('list.of', { all, count: count(shown) });
  }

  #addPage() {
    this.#adding = this.#readPages(this.#after, PAGE).then((page) => {
      if (!page) return;
      const keys = new Set(this.#items.map(this.#keyOf));
      const added = page.items.filter((item) => !keys.has(this.#keyOf(item)));
      const hadFocus = document.activeElement?.id === `${this.#name}-more`;
      this.#items = [...this.#items, ...added];
      this.#set(page);
      // The button that had the focus is hidden.
      if (hadFocus && page.after === null && added[0]) this.#rowOf(this.#keyOf(added[0])).focus();
    });
    return this.#adding;
  }

  /**
   * Reads items from a cursor on, this many if there are. Resolves to `{ items, after, count }`, or to undefined if they
   * cannot be read, or if a later reading has begun, perhaps with another filter.
   */
  async #readPages(from, wanted, isAsked = true) {
    const reading = ++this.#readings;
    const path = this.#path();
    const items = [];
    let after = from;
    let all = from === null ? null : undefined;
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
      all = all === undefined ? undefined : (all ?? reply.body.count ?? null);
      after = reply.body.after ?? null;
      if (after === null) break;
    }
    return { items, after, count: all };
  }

  #onKey(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.move(step);
  }

  #index() {
    return this.#items.findIndex((item) => this.#keyOf(item) === this.#chosen);
  }

  #itemOf(key) {
    return this.#items.find((item) => this.#keyOf(item) === key);
  }

  #rows() {
    return byId(`${this.#name}-rows`);
  }

  #rowOf(key) {
    return byId(`${this.#name}-item-${key}`);
  }

  /** Scrolls the list, and not the page, until it shows a row. */
  #reveal(key) {
    const row = this.#rowOf(key)?.getBoundingClientRect();
    if (!row) return;
    const box = this.#rows().getBoundingClientRect();
    if (row.top < box.top) this.#rows().scrollTop -= box.top - row.top;
    else if (row.bottom > box.bottom) this.#rows().scrollTop += row.bottom - box.bottom;
  }

  /** Keeps the first visible row where it is, while rows above it come or leave. */
  #keepingPlace(change) {
    const box = this.#rows();
    const top = box.getBoundingClientRect().top;
    const first = [...box.querySelectorAll('.item')].find((row) => row.getBoundingClientRect().bottom > top);
    const before = first?.getBoundingClientRect().top;
    change();
    const place = first && byId(first.id)?.getBoundingClientRect().top;
    if (place !== undefined && place !== before) box.scrollTop += place - before;
  }
}

/** Replaces the options of a select and keeps the chosen value. */
export function fillSelect(select, options) {
  const chosen = select.options.length > 0 ? select.value : null;
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (chosen !== null) select.value = chosen;
}

/**
 * A filter above a list.
 *
 * @param options a function that returns `[value, label]` pairs in the page's language
 */
export function filter(id, label, options) {
  const control = element('select', { id, 'data-testid': id });
  onLanguage(() => fillSelect(control, options()));
  return { control, part: element('div', { class: 'field' }, words('label', label, { for: id }), control) };
}
