// Messages that come by themselves: read out politely, and shown until they are put away.

import { byId, element } from './dom.js';
import { text } from './language.js';

/** More would push the page away under the reader. */
const MOST = 2;

/**
 * @param place where to read more: `{ href, label }`
 * @param kind `news` of an order, the `result` of what was just done with one (the last one only), or another `notice`
 */
export function notify(words, place, kind = 'notice') {
  const list = byId('notices');
  if (kind === 'result') putAway(kind);
  // It stays in the language in which it was said.
  const { lang } = document.documentElement;
  const notice = element(
    'div',
    { class: 'notice', lang, 'data-testid': kind },
    element(
      'p',
      {},
      words,
      ' ',
      place && element('a', { href: place.href, onclick: () => notice.remove() }, place.label),
    ),
    element(
      'button',
      { type: 'button', class: 'quiet', 'data-testid': 'notice-dismiss', onclick: () => notice.remove() },
      text('notice.dismiss'),
    ),
  );
  list.append(notice);
  while (list.children.length > MOST) list.firstElementChild.remove();
}

export function putAway(kind) {
  byId('notices')
    .querySelectorAll(`[data-testid="${kind}"]`)
    .forEach((notice) => notice.remove());
}
