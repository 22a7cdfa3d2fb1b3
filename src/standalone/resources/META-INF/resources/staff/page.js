// What the pages of staff share: language, sign-in, title, and the counts of what waits for them.

import { Api } from '../shared/api.js';
import { byId } from '../shared/dom.js';
import { addTexts, languageButton, onLanguage, text, writePage } from '../shared/language.js';
import { LIFE_TEXTS } from '../shared/life-texts.js';
import { notify } from '../shared/notices.js';
import { Session } from '../shared/session.js';
import { SHARED_TEXTS } from '../shared/texts.js';
import { writeFrame } from './frame.js';
import { Tabs } from './tabs.js';
import { STAFF_TEXTS } from './texts.js';
import { showBadges, Work } from './work.js';

/** Delay before another sign-in, which itself makes several attempts. */
const SIGN_IN_RETRY_MS = 10_000;

/**
 * Opens a page of staff.
 *
 * @param texts of the page; its title is the text `page`
 * @param tabs see `Tabs`; each is opened with `{ api, say, role, work }` when the person is known
 */
export async function openPage({ role, texts, tabs }) {
  [SHARED_TEXTS, LIFE_TEXTS, STAFF_TEXTS, texts].forEach(addTexts);
  writeFrame(tabs);
  onLanguage(writePage);
  languageButton(byId('language'));

  const session = new Session(role);
  const work = new Work(session);
  const say = (words) => notify(words, undefined, 'result');
  let isOpen = false;

  const show = () => {
    byId('sign-in').hidden = !session.needsToken;
    byId('who-name').textContent = session.subject ? text('staff.who', { name: session.subject }) : '';
  };
  const proceed = () => {
    show();
    if (isOpen || !session.subject) return;
    isOpen = true;
    new Tabs(tabs, { api: new Api(session, (...request) => fetch(...request)), say, role, work }).begin();
    work.begin();
  };
  const signIn = async () => {
    await session.begin(`${role}-desk`);
    proceed();
    if (session.subject || session.needsToken) return;
    say(text('problem.no-response'));
    setTimeout(signIn, SIGN_IN_RETRY_MS);
  };

  byId('skip').addEventListener('click', (event) => {
    event.preventDefault();
    byId('main').focus();
  });
  byId('order-search').addEventListener('submit', (event) => {
    event.preventDefault();
    const hash = `#search/${encodeURIComponent(byId('search-text').value.trim())}`;
    // The same search again changes nothing in the address.
    if (location.hash === hash) window.dispatchEvent(new Event('hashchange'));
    else location.hash = hash;
  });
  byId('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    const token = byId('token').value.trim();
    byId('token').value = '';
    if (token) session.useToken(token);
  });
  onLanguage(show);
  showBadges(work, () => `${text('page')} · ${text('staff.of')}`);
  session.addEventListener('change', proceed);
  await signIn();
}
