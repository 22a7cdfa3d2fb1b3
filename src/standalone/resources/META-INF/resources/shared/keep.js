/*
 * What the pages remember: in localStorage, where a reload and the other tabs find it. Where the browser denies that,
 * in the tab's history entry, which a reload of this tab finds all the same: so the checkout stays the same checkout.
 */

// Not `order-once`: keys that begin so belong to order-once.js.
const PREFIX = 'shop ';

const storage = storageIfAllowed('localStorage');
const session = storageIfAllowed('sessionStorage');
const inHistory = { ...history.state?.kept };

function storageIfAllowed(name) {
  try {
    const found = window[name];
    found.setItem(`${PREFIX}probe`, '');
    found.removeItem(`${PREFIX}probe`);
    return found;
  } catch {
    return null;
  }
}

/** What was kept under the name, or null. */
export function recall(name) {
  try {
    return inHistory[name] ?? JSON.parse(storage?.getItem(PREFIX + name) ?? null);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    storage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Denied, or full.
    inHistory[name] = value;
    noteInHistory();
  }
}

export function forget(name) {
  try {
    storage?.removeItem(PREFIX + name);
  } catch {
    // Denied since.
  }
  if (delete inHistory[name]) noteInHistory();
}

/** Calls back when another tab kept something under a name that begins so. */
export function onKeptElsewhere(beginning, tell) {
  window.addEventListener('storage', ({ key }) => key?.startsWith(PREFIX + beginning) && tell());
}

/** For a secret: it ends with the tab. */
export function recallForTab(name) {
  return session?.getItem(PREFIX + name) ?? null;
}

export function keepForTab(name, text) {
  try {
    session?.setItem(PREFIX + name, text);
  } catch {
    // Full: then a reload asks for it again.
  }
}

// Each place in the page has a history entry of its own, and a new one begins empty.
window.addEventListener('hashchange', noteInHistory);

function noteInHistory() {
  if (Object.keys(inHistory).length > 0) history.replaceState({ ...history.state, kept: inHistory }, '');
}

/** A key that nobody else makes: 128 random bits. (`crypto.randomUUID` is missing where there is no TLS.) */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The key of an attempt at something that must happen once, the same until `end` is called: after a reload, and however
 * often it is tried without an answer. Another content is another attempt.
 */
export function attempt(name, content = '') {
  const kept = recall(`attempt ${name}`);
  const key = kept?.content === content ? kept.key : newKey();
  keep(`attempt ${name}`, { key, content });
  return { key, end: () => forget(`attempt ${name}`) };
}
