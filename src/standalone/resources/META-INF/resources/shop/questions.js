// The confirmations that the service requires before it places an order. The first, filled and
// focused action is to decline.

import { openDialog } from '../shared/dialog.js';
import { element } from '../shared/dom.js';
import { addTexts, ago, money, text } from '../shared/language.js';
import { stateChip } from '../shared/order-parts.js';
import { goods } from './goods.js';
import { QUESTION_TEXTS } from './question-texts.js';

addTexts(QUESTION_TEXTS);

/** Resolves to whether the buyer confirms. */
export function ask(question, draft, orders) {
  return question.kind === 'lookalike' ? askLookalike(question, orders) : askLargeAmount(question, draft);
}

async function askLookalike({ earlier, state, age }, orders) {
  const order = await orders.find(earlier);
  const known = order?.state ?? state;
  const answer = await openDialog({
    id: 'dialog-lookalike',
    title: text('lookalike.title'),
    content: [
      element('p', {}, text(age === undefined ? 'lookalike.now' : 'lookalike.then', { ago: ago(age ?? 0) })),
      element(
        'div',
        { class: 'card' },
        element('p', {}, text('lookalike.number', { number: earlier }), ' ', known && stateChip(known)),
        order && goods(order),
      ),
      element('p', {}, text('lookalike.ask')),
    ],
    actions: [
      { id: 'lookalike-no', label: text('lookalike.no'), value: false, look: 'primary' },
      { id: 'lookalike-yes', label: text('lookalike.yes'), value: true },
    ],
  });
  return answer === true;
}

async function askLargeAmount({ total, currency }, draft) {
  const amount = money(total, currency);
  const answer = await openDialog({
    id: 'dialog-large-amount',
    title: text('large.title'),
    content: [element('p', {}, text('large.ask', { amount })), element('div', { class: 'card' }, goods(draft))],
    actions: [
      { id: 'large-no', label: text('large.no'), value: false, look: 'primary' },
      { id: 'large-yes', label: text('large.yes', { amount }), value: true },
    ],
  });
  return answer === true;
}
