// What happened to the buyer's orders without them: a message, and a badge until they look.

import { byId } from '../shared/dom.js';
import { onLanguage, text } from '../shared/language.js';
import { notify, putAway } from '../shared/notices.js';

export class News {
  #unseen = 0;

  constructor(orders) {
    orders.addEventListener('news', ({ detail }) => this.#tell(detail));
    onLanguage(() => this.#show());
  }

  /** The person is looking at their orders. */
  seen() {
    this.#unseen = 0;
    putAway('news');
    this.#show();
  }

  #tell({ number, kind, detail }) {
    const why = detail.duplicateOf ? text('news.duplicate', { number: detail.duplicateOf }) : '';
    notify(`${text(`news.${kind}`, { number })} ${why}`, { href: `#orders/${number}`, label: text('show') }, 'news');
    if (byId('orders').hidden || document.hidden) this.#unseen++;
    this.#show();
  }

  #show() {
    byId('news-count').textContent = this.#unseen || '';
    byId('news').hidden = this.#unseen === 0;
    document.title = `${this.#unseen ? `(${this.#unseen}) ` : ''}${text('shop')}`;
  }
}
