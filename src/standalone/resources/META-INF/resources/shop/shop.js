// The shop page: sign-in, navigation, and the wiring of its parts.

import { Api } from '../shared/api.js';
import { byId, element } from '../shared/dom.js';
import { newKey } from '../shared/keep.js';
import { addTexts, languageButton, onLanguage, text, writePage } from '../shared/language.js';
import { notify } from '../shared/notices.js';
import { Session } from '../shared/session.js';
import { SHARED_TEXTS } from '../shared/texts.js';
import { Basket } from './basket.js';
import { CheckoutView } from './checkout-view.js';
import { OrderEvents } from './events.js';
import { News } from './news.js';
import { Orders } from './orders.js';
import { TeasView } from './teas-view.js';
import { TEXTS } from './texts.js';
import { UnresolvedView } from './unresolved-view.js';

/** Delay before another sign-in, which itself makes several attempts. */
const SIGN_IN_RETRY_MS = 10_000;

const VIEWS = ['teas', 'checkout', 'orders'];

addTexts(SHARED_TEXTS);
addTexts(TEXTS);
onLanguage(writePage);
languageButton(byId('language'));

const session = new Session('buyer');
const teas = new TeasView();
/** The parts of the page that need a buyer; null until the sign-in is complete. */
let shop = null;

// In the demonstration, the bad network replaces `fetch`.
let send = (...request) => fetch(...request);
const throughNetwork = (...request) => send(...request);

// --- navigation ---

/** The hash names the view and the item to show, such as `#orders/0K3…`; the default is `teas`. */
function navigate() {
  const [name, item] = location.hash.slice(1).split('/');
  const view = VIEWS.includes(name) ? name : 'teas';
  const isMove = byId(view).hidden;
  for (const each of VIEWS) {
    byId(each).hidden = each !== view;
    byId(`nav-${each}`).toggleAttribute('aria-current', each === view);
    if (each === view) byId(`nav-${each}`).setAttribute('aria-current', 'page');
  }
  // As after a page load, screen readers continue at the heading of the view.
  if (isMove) byId(`${view}-title`).focus();
  if (view === 'orders') shop?.enterOrders(item);
}

window.addEventListener('hashchange', navigate);
navigate();

byId('skip').addEventListener('click', (event) => {
  event.preventDefault();
  byId('main').focus();
});

// --- sign-in ---

function showWho() {
  byId('who').hidden = !session.isDemo;
  byId('who-name').textContent = text('who', { name: session.subject ?? '' });
  byId('sign-in').hidden = !session.needsToken;
  byId('network').hidden = !session.isDemo;
}

onLanguage(showWho);
session.addEventListener('change', () => {
  showWho();
  if (session.subject) openShop(session.subject);
});

byId('who-change').addEventListener('click', async () => {
  const { field, openDialog } = await import('../shared/dialog.js');
  const name = element('input', { maxlength: 60, autocomplete: 'off', 'data-testid': 'who-input' });
  const chosen = await openDialog({
    id: 'dialog-who',
    title: text('who.title'),
    content: field(text('who.name'), name, text('who.hint')),
    actions: [
      { id: 'who-stay', label: text('who.stay'), value: null },
      { id: 'who-use', label: text('who.use'), value: () => name.value.trim() || undefined, look: 'primary' },
    ],
  });
  if (!chosen || chosen === session.subject) return;
  await session.become(chosen);
  location.reload();
});

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const token = byId('token').value.trim();
  byId('token').value = '';
  if (token) session.useToken(token);
});

/** Opens the shop for a buyer. A change of the buyer reloads the page. */
function openShop(buyer) {
  if (shop?.buyer === buyer) return;
  if (shop) {
    location.reload();
    return;
  }
  const api = new Api(session, throughNetwork);
  const events = new OrderEvents(session);
  const orders = new Orders(api, events);
  const basket = new Basket(buyer);
  const news = new News(orders);
  let ordersView;
  teas.use(basket);
  new CheckoutView({ session, basket, orders, unresolved: new UnresolvedView(orders), fetch: throughNetwork });
  shop = {
    buyer,
    // Loaded on demand: placing an order does not need it.
    async enterOrders(number) {
      news.seen();
      const { OrdersView } = await import('./orders-view.js');
      ordersView ??= new OrdersView({ api, orders, events });
      await ordersView.enter(number);
    },
  };
  navigate();
  events.begin();
}

// --- the bad network, in the demonstration ---

byId('network').addEventListener(
  'toggle',
  async () => {
    const [{ BadNetwork }, { showNetworkPanel }] = await Promise.all([
      import('./network.js'),
      import('./network-panel.js'),
    ]);
    const network = new BadNetwork((...request) => fetch(...request));
    send = network.fetch;
    showNetworkPanel(network);
  },
  { once: true },
);

// A returning buyer sees the basket before the sign-in is complete.
if (session.subject) openShop(session.subject);
await signIn(`visitor-${newKey().slice(0, 6)}`);

async function signIn(suggested) {
  await session.begin(suggested);
  if (session.isDemo || session.needsToken || session.subject) return;
  notify(text('problem.no-response'));
  setTimeout(() => signIn(suggested), SIGN_IN_RETRY_MS);
}
