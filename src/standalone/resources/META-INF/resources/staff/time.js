// Times for staff: to the second, where seconds are the evidence, and short ages for lists.

import { element } from '../shared/dom.js';
import { text } from '../shared/language.js';

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
  ['seconds', 1],
];

/** A time with its seconds. */
export function exactTime(instant) {
  const { lang } = document.documentElement;
  const locale = navigator.languages.find((tag) => tag.startsWith(lang.slice(0, 2))) ?? lang;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  return element('time', { datetime: instant }, format.format(new Date(instant)));
}

/** How long ago, in the largest unit that fits, such as "3 h". */
export function age(instant) {
  return element('time', { class: 'hint', datetime: instant }, duration(Date.now() - new Date(instant)));
}

/** The time between two instants. */
export function between(earlier, later) {
  return duration(new Date(later) - new Date(earlier));
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? UNITS.at(-1);
  return text(`age.${unit}`, { count: Math.floor(seconds / length) });
}
