// News of the buyer's orders: a notice, and a badge until the buyer opens the list.

import { byId } from '../shared/dom.js';
import { onLanguage, text } from '../shared/language.js';
import { notify, dismiss } from '../shared/notices.js';

/** Dispatches `change` when the number of unseen news changes. */
export class News extends EventTarget {
  #unseen = 0;

  constructor(orders) {
    super();
    orders.addEventListener('news', ({ detail }) => this.#announce(detail));
    onLanguage(() => this.#show());
  }

  get unseen() {
    return this.#unseen;
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
    this.dispatchEvent(new Event('change'));
  }
}
