// The shop page: sign-in, navigation, and the wiring of its parts.

import { Api } from '../shared/api.js';
import { busyWhile, byId, element, refill } from '../shared/dom.js';
import { newKey, recallForTab } from '../shared/keep.js';
import { addTexts, languageButton, onLanguage, text, writePage } from '../shared/language.js';
import { dismiss, notify } from '../shared/notices.js';
import { Session } from '../shared/session.js';
import { SHARED_TEXTS } from '../shared/texts.js';
import { Basket } from './basket.js';
import { CHECKOUT_TEXTS } from './checkout-texts.js';
import { CheckoutView } from './checkout-view.js';
import { Details, SAMPLE } from './details.js';
import { OrderEvents } from './events.js';
import { News } from './news.js';
import { OnDemand } from './on-demand.js';
import { Orders } from './orders.js';
import { TeasView } from './teas-view.js';
import { TEXTS } from './texts.js';
import { UnresolvedView } from './unresolved-view.js';

/** Delay before another sign-in, which itself makes several attempts. */
const SIGN_IN_RETRY_MS = 10_000;

const VIEWS = ['teas', 'checkout', 'orders'];

addTexts(SHARED_TEXTS);
addTexts(TEXTS);
addTexts(CHECKOUT_TEXTS);
onLanguage(writePage);
languageButton(byId('language'));

const session = new Session('buyer');
const teas = new TeasView();
/** The parts of the page that need a buyer; null until the sign-in is complete. */
let shop = null;

/** The bad network of the demonstration, which replaces `fetch`; null until it is used. */
let network = null;
const throughNetwork = (...request) => (network ? network.fetch(...request) : fetch(...request));

/** Loads a module on demand. Shows a notice if it cannot be loaded, and resolves to null. */
async function load(importing) {
  try {
    return await importing();
  } catch {
    notify(text(navigator.onLine ? 'load.failed' : 'load.offline'), undefined, 'result');
    return null;
  }
}

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
  if (isMove) {
    byId(`${view}-title`).focus();
    dismiss('result');
  }
  if (view === 'orders') shop?.enterOrders(item);
  writeTitle(view);
}

/** Each screen has its own title, with the number of unseen news. */
function writeTitle(view) {
  const news = shop?.news.unseen ? `(${shop.news.unseen}) ` : '';
  const isConfirmed = view === 'checkout' && shop?.basket.placed;
  document.title = text('title', { news, screen: text(isConfirmed ? 'confirmed.done' : `${view}.title`) });
}

function shownView() {
  return VIEWS.find((view) => !byId(view).hidden);
}

window.addEventListener('hashchange', navigate);
navigate();

byId('orders-refresh').addEventListener('click', ({ currentTarget }) =>
  busyWhile(currentTarget, () => shop?.refreshOrders()),
);

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
onLanguage(() => writeTitle(shownView()));
session.addEventListener('change', () => {
  showWho();
  if (session.subject) openShop(session.subject);
  if (session.isDemo) beginDemo();
});

byId('who-change').addEventListener('click', async () => {
  const dialogs = await load(() => import('../shared/dialog.js'));
  if (!dialogs) return;
  const { field, openDialog } = dialogs;
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
  const details = new Details(buyer);
  const news = new News(orders);
  const unresolved = new UnresolvedView(orders);
  const questions = () => import('./questions.js');
  // Loaded on demand: placing an order does not need it.
  const ordersView = new OnDemand(async () => {
    const { OrdersView } = await import('./orders-view.js');
    return new OrdersView({ api, orders, events });
  }, showNotLoaded);
  teas.use(basket);
  new CheckoutView({ session, basket, details, orders, events, unresolved, api, questions, fetch: throughNetwork });
  shop = {
    buyer,
    basket,
    details,
    news,
    orders,
    async enterOrders(number) {
      news.seen();
      const view = await ordersView.load();
      if (!byId('orders').hidden) await view.enter(number);
    },
    /** Resolves at once if the view cannot be loaded now. */
    refreshOrders() {
      const entered = this.enterOrders();
      return ordersView.isLoaded ? entered : undefined;
    },
  };
  news.addEventListener('change', () => writeTitle(shownView()));
  basket.addEventListener('change', () => writeTitle(shownView()));
  orders.addEventListener('change', () => orders.all.forEach(({ number }) => network?.found(number)));
  navigate();
  events.begin();
}

function showNotLoaded() {
  const reload = () => location.reload();
  refill(
    byId('orders-none'),
    element('p', {}, text(navigator.onLine ? 'orders.failed' : 'orders.offline')),
    // After a new version was deployed, the old one's modules may be gone.
    navigator.onLine && element('button', { type: 'button', onclick: reload }, text('orders.reload')),
  );
}

// --- the demonstration ---

/** Shows the landing page's bad network, and suggests an address. */
function beginDemo() {
  shop.details.suggest(SAMPLE);
  byId('hero').hidden = false;
  // A reload continues with the same network.
  if (recallForTab('network')) openNetwork();
}

/** Puts the bad network between the page and the service. Resolves to null if it cannot be loaded. */
async function openNetwork() {
  const hero = await load(() => import('./hero.js'));
  if (hero) network ??= hero.openHero((...request) => fetch(...request));
  return network;
}

byId('hero-fault').addEventListener('change', async ({ target }) => {
  const fault = target.value;
  (await openNetwork())?.set({ fault, left: 1, isOrdersOnly: true });
});

byId('hero-buy').addEventListener('click', async () => {
  await openNetwork();
  const { basket } = shop;
  if (basket.isEmpty) basket.setQuantity('tea-1', 1);
  location.hash = '#checkout';
});

/** The drawer stays open beside the page, so that a fault can be chosen and tried. */
byId('demo-open').addEventListener('click', () => (byId('demo').open ? closeDrawer() : openDrawer()));
byId('demo-close').addEventListener('click', closeDrawer);
byId('demo').addEventListener('keydown', ({ key }) => key === 'Escape' && closeDrawer());

let isPanelShown = false;

async function openDrawer() {
  byId('demo').show();
  byId('demo-open').setAttribute('aria-expanded', 'true');
  byId('demo-title').focus();
  if (isPanelShown || !session.isDemo || !(await openNetwork())) return;
  const panel = await load(() => import('./network-panel.js'));
  if (!panel || isPanelShown) return;
  isPanelShown = true;
  panel.showNetworkPanel(network);
}

function closeDrawer() {
  byId('demo').close();
  byId('demo-open').setAttribute('aria-expanded', 'false');
  byId('demo-open').focus();
}

// A returning buyer sees the basket before the sign-in is complete.
if (session.subject) openShop(session.subject);
await signIn(`visitor-${newKey().slice(0, 6)}`);

async function signIn(suggested) {
  await session.begin(suggested);
  if (session.isDemo || session.needsToken || session.subject) return;
  notify(text('problem.no-response'));
  setTimeout(() => signIn(suggested), SIGN_IN_RETRY_MS);
}
