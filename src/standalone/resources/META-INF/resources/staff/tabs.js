// The tabs of a page of staff, by the fragment of its address: `#disputes`, or `#disputes/D…` for one of them.

import { byId } from '../shared/dom.js';
import { keep, recall } from '../shared/keep.js';

const STEPS = { j: 1, k: -1 };

export class Tabs {
  #tabs;
  #staff;
  /** What the opened tabs returned, by name. */
  #opened = new Map();
  #current;

  /**
   * @param tabs `{ name, aliases?, title, open }`: `open(staff)` is called when the tab is first shown, and returns
   *   `{ go?(key, name), refresh?(), move?(step) }`
   */
  constructor(tabs, staff) {
    this.#tabs = tabs;
    this.#staff = staff;
  }

  begin() {
    window.addEventListener('hashchange', () => this.#follow());
    document.addEventListener('keydown', (event) => this.#onKey(event));
    byId('shortcuts').checked = recall('staff shortcuts') ?? true;
    byId('shortcuts').addEventListener('change', ({ target }) => keep('staff shortcuts', target.checked));
    this.#follow();
  }

  #follow() {
    const [, name, key] = /^#([a-z-]+)(?:\/(.*))?$/.exec(location.hash) ?? [];
    const tab = this.#tabs.find((each) => each.name === name || each.aliases?.includes(name)) ?? this.#tabs[0];
    for (const each of this.#tabs) {
      byId(each.name).hidden = each !== tab;
      if (each === tab) byId(`${each.name}-tab`).setAttribute('aria-current', 'page');
      else byId(`${each.name}-tab`).removeAttribute('aria-current');
    }
    const isNew = !this.#opened.has(tab.name);
    if (isNew) {
      this.#opened.set(tab.name, tab.open(this.#staff));
      // The tab can have a badge of its own.
      this.#staff.work.dispatchEvent(new Event('counts'));
    }
    this.#current = this.#opened.get(tab.name);
    this.#current.go?.(key ? decoded(key) : null, name);
    if (!isNew) this.#current.refresh?.();
  }

  /** The next and the previous row, unless the person types, or has switched the keys off. */
  #onKey(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const isTyping = target.closest?.('input:not([type="checkbox"]), textarea, select, dialog');
    if (ctrlKey || metaKey || altKey || isTyping || !byId('shortcuts').checked) return;
    if (key === '/') byId('search-text').focus();
    else if (STEPS[key] && this.#current.move) this.#current.move(STEPS[key]);
    else return;
    event.preventDefault();
  }
}

function decoded(key) {
  try {
    return decodeURIComponent(key);
  } catch {
    return null;
  }
}
