/*
 * Persistent values of the pages: in localStorage, or, if the browser denies it, in the tab's history entry, which
 * survives a reload of the tab. A reload therefore finds the same checkout.
 */

// Keys with the prefix `order-once` belong to order-once.js.
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

/** Returns the value stored under the name, or null. */
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
    // Storage denied or full.
    inHistory[name] = value;
    saveInHistory();
  }
}

export function forget(name) {
  try {
    storage?.removeItem(PREFIX + name);
  } catch {
    // Storage denied.
  }
  if (delete inHistory[name]) saveInHistory();
}

/** Calls back when another tab stores a value under a name with the prefix. */
export function onKeptElsewhere(prefix, callback) {
  window.addEventListener('storage', ({ key }) => key?.startsWith(PREFIX + prefix) && callback());
}

/** Returns a secret stored for this tab, or null. */
export function recallForTab(name) {
  return session?.getItem(PREFIX + name) ?? null;
}

export function keepForTab(name, text) {
  try {
    session?.setItem(PREFIX + name, text);
  } catch {
    // Storage full: a reload requires the value again.
  }
}

// Each navigation in the page creates a history entry, which is empty at first.
window.addEventListener('hashchange', saveInHistory);

function saveInHistory() {
  if (Object.keys(inHistory).length > 0) history.replaceState({ ...history.state, kept: inHistory }, '');
}

/** A unique key: 128 random bits. (`crypto.randomUUID` is missing without TLS.) */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The idempotency key of an operation that must take effect once: the same over reloads and retries until `end` is
 * called. Different content is a different operation.
 */
export function attempt(name, content = '') {
  const kept = recall(`attempt ${name}`);
  const key = kept?.content === content ? kept.key : newKey();
  keep(`attempt ${name}`, { key, content });
  return { key, end: () => forget(`attempt ${name}`) };
}
