// What the pages of staff share: language, sign-in, title, and the counts of what waits for them.

import { Api } from '../shared/api.js';
import { byId } from '../shared/dom.js';
import { addTexts, languageButton, onLanguage, text, writePage } from '../shared/language.js';
import { LIFE_TEXTS } from '../shared/life-texts.js';
import { notify } from '../shared/notices.js';
import { Session } from '../shared/session.js';
import { SHARED_TEXTS } from '../shared/texts.js';
import { STAFF_TEXTS } from './texts.js';
import { showBadges, Work } from './work.js';

/** Delay before another sign-in, which itself makes several attempts. */
const SIGN_IN_RETRY_MS = 10_000;

/**
 * Opens a page of staff.
 *
 * @param texts of the page; its title is the text `page`
 * @param open is called once, when the person is known, with `{ api, say, role, work }`
 */
export async function openPage({ role, texts, open }) {
  [SHARED_TEXTS, LIFE_TEXTS, STAFF_TEXTS, texts].forEach(addTexts);
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
    open({ api: new Api(session, (...request) => fetch(...request)), say, role, work });
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
