// The statistics: what the service did in the last hour, minute by minute.

import { byId, element, refill, svg } from '../shared/dom.js';
import { count, hasText, onLanguage, text, timeOfDay } from '../shared/language.js';
import { words } from '../staff/frame.js';

const EVERY_MS = 2_000;
/** While statistics are unavailable, the page polls less often. */
const EVERY_WITHOUT_MS = 15_000;
const SERIES = ['placed', 'prevented', 'asked', 'refused'];

export function showStatistics({ api }) {
  byId('statistics').append(...frame());
  let minutes = null;
  const show = () => {
    byId('statistics-state').textContent = text(minutes ? 'statistics.live' : 'statistics.silent');
    refill(byId('charts'), minutes && SERIES.map((name) => chart(name, minutes)));
    if (byId('statistics-table').open)
      refill(byId('statistics-rows'), [...(minutes ?? [])].reverse().filter(isBusy).map(tableRow));
  };
  const poll = async () => {
    if (!document.hidden && !byId('statistics').hidden) {
      const reply = await api.get('/statistics');
      minutes = reply.isOk ? reply.body.minutes : null;
      show();
    }
    setTimeout(poll, minutes ? EVERY_MS : EVERY_WITHOUT_MS);
  };
  byId('statistics-table').addEventListener('toggle', show);
  onLanguage(show);
  poll();
  return {};
}

function frame() {
  const columns = ['minute', ...SERIES].map((name) => words('th', `statistics.${name}`, { scope: 'col' }));
  return [
    element('p', { id: 'statistics-state', class: 'hint' }),
    element('div', { id: 'charts', class: 'charts' }),
    element(
      'details',
      { id: 'statistics-table' },
      words('summary', 'statistics.table', { 'data-testid': 'statistics-table' }),
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, columns)),
        element('tbody', { id: 'statistics-rows' }),
      ),
    ),
  ];
}

function valueOf(minute, name) {
  return name === 'refused' ? Object.values(minute.refused).reduce((sum, many) => sum + many, 0) : minute[name];
}

function isBusy(minute) {
  return SERIES.some((name) => valueOf(minute, name) > 0);
}

function chart(name, minutes) {
  const values = minutes.map((minute) => valueOf(minute, name));
  const total = values.reduce((sum, value) => sum + value, 0);
  const most = Math.max(...values, 0);
  const label = text('statistics.said', {
    name: text(`statistics.${name}`),
    total: count(total),
    now: count(values.at(-1) ?? 0),
    most: count(most),
  });
  const bars = values.map((value, index) =>
    svg('rect', {
      x: index * 4,
      y: 40 - (value / Math.max(most, 1)) * 40,
      width: 3,
      height: (value / Math.max(most, 1)) * 40,
    }),
  );
  return element(
    'figure',
    { class: 'card', 'data-testid': `chart-${name}` },
    element('figcaption', {}, text(`statistics.${name}`)),
    element('p', { class: 'figure', 'data-testid': `total-${name}` }, count(total)),
    svg(
      'svg',
      {
        class: 'bars',
        viewBox: `0 0 ${values.length * 4 - 1} 40`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': label,
      },
      bars,
    ),
    element(
      'p',
      { class: 'axis', 'aria-hidden': 'true' },
      element('span', {}, text('statistics.ago')),
      element('span', {}, text('statistics.most', { most: count(most) })),
      element('span', {}, text('statistics.now')),
    ),
    name === 'refused' &&
      element(
        'ul',
        { class: 'reasons' },
        reasons(minutes).map(([reason, many]) =>
          element('li', { class: 'chip' }, `${refusal(reason)}: ${count(many)}`),
        ),
      ),
  );
}

/** The most frequent first. */
function reasons(minutes) {
  const sums = {};
  for (const { refused } of minutes) {
    for (const [reason, many] of Object.entries(refused)) sums[reason] = (sums[reason] ?? 0) + many;
  }
  return Object.entries(sums).sort(([, one], [, other]) => other - one);
}

function refusal(reason) {
  return hasText(`refusal.${reason}`) ? text(`refusal.${reason}`) : reason;
}

function tableRow(minute) {
  const refused = reasons([minute])
    .map(([reason, many]) => `${refusal(reason)}: ${count(many)}`)
    .join(', ');
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, timeOfDay(minute.at)),
    ['placed', 'prevented', 'asked'].map((name) => element('td', {}, count(minute[name]))),
    element('td', {}, refused || count(0)),
  );
}
