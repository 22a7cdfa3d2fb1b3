// Notices: announced politely by screen readers, shown until they are dismissed.

import { byId, element } from './dom.js';
import { text } from './language.js';

/** Maximum notices on the page, so that they do not displace its content. */
const MAX_NOTICES = 2;

/**
 * Shows a notice.
 *
 * @param link where to read more: `{ href, label }`
 * @param kind `news` of an order, the `result` of the user's last action (replaces the one before), or `notice`
 */
export function notify(words, link, kind = 'notice') {
  const list = byId('notices');
  if (kind === 'result') dismiss(kind);
  // A notice stays in the language in which it was written.
  const { lang } = document.documentElement;
  const notice = element(
    'div',
    { class: 'notice', lang, 'data-testid': kind },
    element(
      'p',
      {},
      words,
      ' ',
      link && element('a', { href: link.href, onclick: () => notice.remove() }, link.label),
    ),
    element(
      'button',
      { type: 'button', class: 'quiet', 'data-testid': 'notice-dismiss', onclick: () => notice.remove() },
      text('notice.dismiss'),
    ),
  );
  list.append(notice);
  while (list.children.length > MAX_NOTICES) list.firstElementChild.remove();
}

export function dismiss(kind) {
  byId('notices')
    .querySelectorAll(`[data-testid="${kind}"]`)
    .forEach((notice) => notice.remove());
}
