// The page for support: statistics, suspected duplicates, disputes.

import { Api } from '../shared/api.js';
import { byId } from '../shared/dom.js';
import { addTexts, languageButton, onLanguage, text, writePage } from '../shared/language.js';
import { LIFE_TEXTS } from '../shared/life-texts.js';
import { notify } from '../shared/notices.js';
import { Session } from '../shared/session.js';
import { SHARED_TEXTS } from '../shared/texts.js';
import { showDisputes } from './disputes.js';
import { showStatistics } from './statistics.js';
import { showSuspicions } from './suspicions.js';
import { TEXTS } from './texts.js';

addTexts(SHARED_TEXTS);
addTexts(LIFE_TEXTS);
addTexts(TEXTS);
onLanguage(writePage);
languageButton(byId('language'));

/** Delay before another sign-in, which itself makes several attempts. */
const SIGN_IN_RETRY_MS = 10_000;

const session = new Session('support');
let isOpen = false;

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

function showWho() {
  byId('sign-in').hidden = !session.needsToken;
  byId('who-name').textContent = session.subject ? text('support.who', { name: session.subject }) : '';
  document.title = `${text('support')} · ${text('support.of')}`;
}

function open() {
  showWho();
  if (isOpen || !session.subject) return;
  isOpen = true;
  const api = new Api(session, (...request) => fetch(...request));
  showStatistics(api);
  const say = (words) => notify(words, undefined, 'result');
  showSuspicions(api, say);
  showDisputes(api, say);
}

onLanguage(showWho);
session.addEventListener('change', open);
await signIn();

async function signIn() {
  await session.begin('support-desk');
  open();
  if (session.subject || session.needsToken) return;
  notify(text('problem.no-response'), undefined, 'result');
  setTimeout(signIn, SIGN_IN_RETRY_MS);
}
