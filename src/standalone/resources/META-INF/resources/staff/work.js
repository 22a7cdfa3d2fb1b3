// What waits for staff: how many of each, as the service sends them (GET /events), in badges and the page's title.

import { byId } from '../shared/dom.js';
import { EventStream } from '../shared/event-stream.js';
import { count, onLanguage } from '../shared/language.js';

/** The service counts no further. */
const MOST = 1_000;
const COUNTS = ['suspicions', 'disputes', 'overdue', 'unsettled'];
/** Without `overdue`: most of these are counted in `disputes`. */
const IN_TITLE = ['suspicions', 'disputes', 'unsettled'];

/**
 * Dispatches `counts` when a count changes, or one thing has replaced another; then, unless they are the first counts,
 * `change`.
 */
export class Work extends EventStream {
  /** By name; null or absent if the role may not see it. */
  #counts = {};

  constructor(session) {
    super(session, '/events?for=staff');
  }

  receive({ event, data }) {
    if (event !== 'work') return;
    const before = JSON.stringify(this.#counts);
    this.#counts = JSON.parse(data);
    if (JSON.stringify(this.#counts) === before) return;
    this.dispatchEvent(new Event('counts'));
    // The lists have just been read when the first counts arrive.
    if (before !== '{}') this.dispatchEvent(new Event('change'));
  }

  count(name) {
    return this.#counts[name] ?? 0;
  }
}

/** Shows the counts in the elements `{name}-badge` that the page has, and their sum before its title. */
export function showBadges(work, title) {
  const show = () => {
    for (const name of COUNTS) {
      const badge = byId(`${name}-badge`);
      if (!badge) continue;
      badge.hidden = work.count(name) === 0;
      badge.firstElementChild.textContent = shown(work.count(name));
    }
    const sum = IN_TITLE.reduce((all, name) => all + work.count(name), 0);
    document.title = `${sum > 0 ? `(${shown(sum)}) ` : ''}${title()}`;
  };
  work.addEventListener('counts', show);
  onLanguage(show);
}

function shown(number) {
  return number < MOST ? count(number) : `${count(MOST - 1)}+`;
}
