// The bad network on the landing page: its counters say how many orders there are.

import { byId, element, refill } from '../shared/dom.js';
import { onLanguage, text } from '../shared/language.js';
import { BadNetwork } from './network.js';

/** Opens the bad network in front of `send`, and shows its fault and its counters. */
export function openHero(send) {
  const network = new BadNetwork(send);
  const show = () => {
    byId('hero-fault').value = network.fault;
    refill(byId('hero-counts'), counters(network, 'hero'));
  };
  network.addEventListener('change', show);
  onLanguage(show);
  return network;
}

/** The three counters, each with a test id of this prefix. */
export function counters({ counts }, prefix) {
  return Object.entries(counts).map(([name, value]) =>
    element(
      'div',
      {},
      element('dt', {}, text(`network.${name}`)),
      element('dd', { 'data-testid': `${prefix}-${name}` }, value),
    ),
  );
}
