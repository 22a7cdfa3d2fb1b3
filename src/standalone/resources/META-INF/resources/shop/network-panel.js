// The controls and the log of the bad network. Available with the demo sign-in only.

import { field } from '../shared/dialog.js';
import { byId, element, refill } from '../shared/dom.js';
import { addTexts, onLanguage, text, timeOfDay } from '../shared/language.js';
import { counters } from './hero.js';
import { FAULTS } from './network.js';
import { PANEL_TEXTS } from './network-texts.js';

/** The number of requests that a fault affects. */
const HITS = { one: 1, three: 3, all: Number.MAX_SAFE_INTEGER };

export function showNetworkPanel(network) {
  addTexts(PANEL_TEXTS);
  onLanguage(() => {
    refill(byId('network-controls'), controls(network));
    showCounts(network);
  });
  network.addEventListener('change', () => showCounts(network));
}

function controls(network) {
  const hits = choice('network-hits', Object.keys(HITS), 'hits', 'one');
  const scope = choice(
    'network-scope',
    ['orders', 'everything'],
    'scope',
    network.isOrdersOnly ? 'orders' : 'everything',
  );
  const seconds = whole('network-seconds', 1, 60, network.seconds);
  const copies = whole('network-copies', 2, 20, network.copies);
  const apply = () =>
    network.set({
      fault: faults.querySelector(':checked').value,
      left: HITS[hits.value],
      isOrdersOnly: scope.value === 'orders',
      seconds: Number(seconds.value) || 20,
      copies: Number(copies.value) || 2,
    });
  const faults = element(
    'fieldset',
    {},
    element('legend', {}, text('network.fault')),
    element(
      'div',
      { class: 'radios' },
      FAULTS.map((fault) => {
        const radio = element('input', {
          type: 'radio',
          name: 'fault',
          value: fault,
          id: `fault-${fault}`,
          'data-testid': `fault-${fault}`,
        });
        radio.checked = fault === network.fault;
        return element(
          'div',
          { class: 'radio' },
          radio,
          element('label', { for: `fault-${fault}` }, text(`network.fault.${fault}`)),
        );
      }),
    ),
  );
  return element(
    'div',
    { onchange: apply },
    faults,
    field(text('network.hits'), hits),
    field(text('network.scope'), scope),
    field(text('network.seconds'), seconds),
    field(text('network.copies'), copies),
  );
}

function choice(id, values, name, chosen) {
  return element(
    'select',
    { 'data-testid': id },
    values.map((value) => element('option', { value, selected: value === chosen }, text(`network.${name}.${value}`))),
  );
}

function whole(id, min, max, value) {
  return element('input', { type: 'number', inputmode: 'numeric', min, max, value, 'data-testid': id });
}

function showCounts(network) {
  const { fault, isOver, log } = network;
  byId(`fault-${fault}`).checked = true;
  byId('network-state').textContent = text(fault !== 'none' ? 'network.bad' : isOver ? 'network.over' : 'network.good');
  refill(byId('network-counts'), counters(network, 'network'));
  refill(
    byId('network-log'),
    [...log]
      .reverse()
      .map((line) =>
        element(
          'li',
          {},
          element('time', {}, timeOfDay(line.at, true)),
          ` ${line.what} `,
          element('span', {}, effect(line)),
        ),
      ),
  );
}

function effect({ fault, statuses, isOver }) {
  const answers = statuses.join(', ');
  if (fault === 'none') return answers || text(isOver ? 'network.did.nothing' : 'network.did.waiting');
  return text(`network.did.${fault}`, { answers: answers || '…' });
}
