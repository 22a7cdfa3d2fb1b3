// The messages of a dispute and its resolution.

import { element } from './dom.js';
import { hasText, text } from './language.js';
import { instantText } from './order-parts.js';

export function thread({ messages, resolution, reason }) {
  return [
    messages?.length > 0 &&
      element(
        'ol',
        { class: 'thread', 'data-testid': 'thread' },
        messages.map(({ party, text: words, at }) =>
          element(
            'li',
            { class: party === 'BUYER' ? 'from-buyer' : 'from-shop' },
            element('p', { class: 'hint' }, element('strong', {}, text(`party.${party}`)), ' · ', instantText(at)),
            element('p', {}, words),
          ),
        ),
      ),
    resolution &&
      element(
        'p',
        { class: 'said said-info' },
        hasText(`verdict.${resolution}`) ? text(`verdict.${resolution}`) : resolution,
        reason && `: ${reason}`,
      ),
  ];
}
