// News of the buyer's orders: a notice, and a badge until the buyer opens the list.

import { byId } from '../shared/dom.js';
import { onLanguage, text } from '../shared/language.js';
import { notify, dismiss } from '../shared/notices.js';

export class News {
  #unseen = 0;

  constructor(orders) {
    orders.addEventListener('news', ({ detail }) => this.#announce(detail));
    onLanguage(() => this.#show());
  }

  /** Clears the badge: the buyer has opened the list. */
  seen() {
    this.#unseen = 0;
    dismiss('news');
    this.#show();
  }

  #announce({ number, kind, detail }) {
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
