// The frame of the pages of staff: header with tabs and search, sign-in, and one section for each tab.

import { element, svg } from '../shared/dom.js';
import { text } from '../shared/language.js';

const LEAF = 'M27 4C12 4 5 11 5 20c0 3 1 5 2 7 2-9 7-14 14-17-6 5-10 10-12 18 11 2 19-6 18-24z';

/** Writes the frame into the document. The texts follow with the language: `writePage`. */
export function writeFrame(tabs) {
  document.body.prepend(
    words('a', 'skip', { id: 'skip', class: 'skip', href: '#main' }),
    element(
      'header',
      {},
      element(
        'div',
        { class: 'mast' },
        svg('svg', { class: 'leaf', viewBox: '0 0 32 32', 'aria-hidden': 'true' }, svg('path', { d: LEAF })),
        element('div', {}, words('h1', 'page'), words('p', 'staff.of', { class: 'hint' })),
      ),
      search(),
      element(
        'div',
        { class: 'settings' },
        words('a', 'staff.shop', { href: '/', class: 'button quiet' }),
        element('button', { id: 'language', type: 'button', class: 'quiet', 'data-testid': 'language' }),
      ),
      element('nav', { 'data-label': 'staff.nav' }, tabs.map(tabLink)),
    ),
    element(
      'main',
      { id: 'main', tabindex: -1 },
      element('div', { id: 'notices', role: 'status', 'data-label': 'notices', 'data-testid': 'notices' }),
      signIn(),
      tabs.map(({ name, title }) =>
        element(
          'section',
          { id: name, 'aria-labelledby': `${name}-title`, hidden: true, 'data-testid': name },
          words('h2', title, { id: `${name}-title`, tabindex: -1 }),
          element('div', { id: `${name}-tools`, class: 'tools' }),
        ),
      ),
    ),
    element(
      'footer',
      {},
      element(
        'div',
        { class: 'radio' },
        element('input', { id: 'shortcuts', type: 'checkbox', 'data-testid': 'shortcuts' }),
        words('label', 'staff.shortcuts', { for: 'shortcuts' }),
      ),
      element('p', { id: 'who-name', class: 'hint', 'data-testid': 'who-name' }),
    ),
  );
}

/** An element whose text follows the language (`writePage`). */
export function words(name, key, attributes = {}) {
  return element(name, { 'data-text': key, ...attributes }, text(key));
}

/** A number beside a tab or a filter; hidden until it is more than 0. */
export function badge(name) {
  return element(
    'span',
    { id: `${name}-badge`, class: 'badge', hidden: true, 'data-testid': `${name}-badge` },
    element('span'),
    ' ',
    words('span', 'badge.open', { class: 'unseen' }),
  );
}

function tabLink({ name, title }) {
  return element(
    'a',
    { id: `${name}-tab`, href: `#${name}`, 'data-testid': `${name}-tab` },
    words('span', title),
    ' ',
    badge(name),
  );
}

function search() {
  return element(
    'form',
    { id: 'order-search', role: 'search', 'data-testid': 'order-search' },
    words('label', 'search.label', { for: 'search-text' }),
    element('input', {
      id: 'search-text',
      type: 'search',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: 255,
      'data-testid': 'search-text',
    }),
    words('button', 'search.send', { 'data-testid': 'search-send' }),
  );
}

function signIn() {
  return element(
    'form',
    { id: 'sign-in', class: 'card', hidden: true, 'data-testid': 'sign-in' },
    words('h2', 'token.title'),
    words('p', 'token.why'),
    element(
      'div',
      { class: 'field' },
      words('label', 'token.field', { for: 'token' }),
      element('input', {
        id: 'token',
        type: 'password',
        autocomplete: 'off',
        spellcheck: 'false',
        'data-testid': 'token',
      }),
    ),
    words('button', 'token.use', { class: 'primary', 'data-testid': 'token-use' }),
  );
}
