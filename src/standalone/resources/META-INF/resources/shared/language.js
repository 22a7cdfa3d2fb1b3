// Page languages: English and Chinese. The browser's preference, until the user chooses.

import { keep, recall } from './keep.js';

const LANGUAGES = { en: { tag: 'en', column: 0 }, zh: { tag: 'zh-Hans', column: 1 } };

const texts = {};
const listeners = [];
let language = recall('language') in LANGUAGES ? recall('language') : preferredLanguage();

function preferredLanguage() {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES);
  return wanted ?? 'en';
}

/** Adds texts: `{ key: ['English', '中文'] }`, with placeholders such as `{name}`. */
export function addTexts(more) {
  Object.assign(texts, more);
}

export function text(key, values = {}) {
  const words = texts[key]?.[LANGUAGES[language].column] ?? key;
  return words.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

export function hasText(key) {
  return key in texts;
}

/** Returns the text of a pair in the page's language. */
export function inLanguage(pair) {
  return pair[LANGUAGES[language].column];
}

/** Calls `write` now and after each change of the language. */
export function onLanguage(write) {
  listeners.push(write);
  write();
}

export function setLanguage(chosen) {
  language = chosen;
  keep('language', chosen);
  listeners.forEach((write) => write());
}

/** Makes a button switch to the other language; its label is in that language. */
export function languageButton(button) {
  button.addEventListener('click', () => setLanguage(language === 'en' ? 'zh' : 'en'));
  onLanguage(() => {
    const [name, tag] = language === 'en' ? ['中文', 'zh-Hans'] : ['English', 'en'];
    button.textContent = name;
    button.lang = tag;
  });
}

/**
 * Writes the texts of the document: `data-text` names an element's text, `data-label` its accessible name. Leaves texts
 * that are not loaded yet.
 */
export function writePage() {
  document.documentElement.lang = LANGUAGES[language].tag;
  for (const item of document.querySelectorAll('[data-text]')) {
    if (hasText(item.dataset.text)) item.textContent = text(item.dataset.text);
  }
  for (const item of document.querySelectorAll('[data-label]'))
    item.setAttribute('aria-label', text(item.dataset.label));
}

/** The browser's preferred locale in this language, for dates and numbers. */
function locale() {
  return navigator.languages.find((tag) => tag.startsWith(language)) ?? LANGUAGES[language].tag;
}

/** Formats an amount in minor units with the digits of its currency. */
export function money(minor, currency) {
  const format = new Intl.NumberFormat(locale(), { style: 'currency', currency });
  return format.format(minor / 10 ** fractionDigits(currency));
}

/** The digits of a currency's minor unit. */
export function fractionDigits(currency) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
}

export function count(number) {
  return new Intl.NumberFormat(locale()).format(number);
}

export function dateAndTime(instant) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
}

export function timeOfDay(instant, withSeconds = false) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: withSeconds ? 'medium' : 'short' }).format(new Date(instant));
}

/** Formats an age in seconds, such as "2 minutes ago". */
export function ago(seconds) {
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  if (seconds < 60) return format.format(-Math.max(1, seconds), 'second');
  return seconds < 3600
    ? format.format(-Math.round(seconds / 60), 'minute')
    : format.format(-Math.round(seconds / 3600), 'hour');
}
