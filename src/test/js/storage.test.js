import assert from 'node:assert/strict';
import test, { describe } from 'node:test';

import { openCheckout } from '../../main/resources/META-INF/resources/order-once.js';
import { DRAFT, FakeBrowser, FakeIndexedDb, FakeStorage, quiet } from './fakes.js';

const FIRST = '000001-AAAAAA-AAAAAA';

/** A browser whose pages pass no storage. */
function ownBrowser(without = []) {
  return new FakeBrowser({ without: ['storage', ...without] });
}

async function placeLosingTheAnswer(browser, tab) {
  browser.service.next('POST /orders', 'lost', ...Array(4).fill('offline'));
  const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
  assert.equal(outcome.outcome, 'unknown');
}

describe('what the browser has', () => {
  test('IndexedDB: a reload finds the row', async () => {
    const browser = ownBrowser();
    const environment = { indexedDB: new FakeIndexedDb() };
    const tab = await browser.openAndLoad({ environment });
    await placeLosingTheAnswer(browser, tab);
    assert.equal([...environment.indexedDB.values.values()][0].number, FIRST);
    assert.equal(browser.localStorage.values.size, 0);
    browser.service.isDown = true;
    const again = await browser.openAndLoad({ environment });
    assert.equal(again.checkout.isDurable, true);
    assert.deepEqual((await browser.clock.until(again.checkout.unresolved())).map(({ number }) => number), [FIRST]);
    browser.service.isDown = false;
    await browser.clock.until(again.checkout.reconcile());
    assert.equal(again.checkout.state, 'placed');
  });

  test('localStorage where IndexedDB is missing: a reload finds the row', async () => {
    const browser = ownBrowser();
    const tab = await browser.openAndLoad();
    await placeLosingTheAnswer(browser, tab);
    assert.equal(tab.checkout.isDurable, true);
    assert.ok([...browser.localStorage.values.keys()].every((key) => key.startsWith('order-once ')));
    const again = await browser.openAndLoad();
    assert.equal(again.checkout.state, 'placed');
  });

  test('localStorage where IndexedDB is denied, or never answers', async () => {
    const denied = { open: () => { throw new DOMException('denied', 'SecurityError'); } };
    const failing = {
      open: () => {
        const opening = {};
        setImmediate(() => opening.onerror());
        return opening;
      },
    };
    const silent = { open: () => ({}) };
    for (const indexedDB of [denied, failing, silent]) {
      const browser = ownBrowser();
      const tab = await browser.openAndLoad({ environment: { indexedDB } });
      assert.equal(tab.checkout.isDurable, true);
      assert.equal(browser.localStorage.values.size, 1);
    }
  });

  test('other things in localStorage are left alone, and what cannot be read counts as absent', async () => {
    const browser = ownBrowser();
    browser.localStorage.values.set('theme', 'dark').set('order-once broken', '{').set('order-once number', '7');
    const tab = await browser.openAndLoad();
    await browser.clock.until(tab.checkout.submit(DRAFT));
    assert.equal(browser.localStorage.values.get('theme'), 'dark');
    assert.equal(tab.checkout.isDurable, true);
  });
});

describe('storage denied', () => {
  test('from the start: not durable, and orders are placed all the same', async () => {
    const browser = ownBrowser(['localStorage']);
    const tab = await browser.openAndLoad();
    assert.equal(tab.checkout.isDurable, false);
    await placeLosingTheAnswer(browser, tab);
    assert.deepEqual((await tab.checkout.unresolved()).map(({ number }) => number), [FIRST]);
    assert.equal((await browser.clock.until(tab.checkout.submit(DRAFT))).outcome, 'placed');
    assert.equal(browser.service.orders.size, 1);
  });

  test('a localStorage that keeps nothing is none', async () => {
    const browser = ownBrowser();
    const full = { setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } };
    const tab = await browser.openAndLoad({ environment: { localStorage: full } });
    assert.equal(tab.checkout.isDurable, false);
    assert.equal((await browser.clock.until(tab.checkout.submit(DRAFT))).outcome, 'placed');
  });

  test('later, by the quota: an event reports it once, and the tab continues in memory', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    let reported = 0;
    tab.checkout.addEventListener('not-durable', () => reported++);
    browser.storage.isDenied = true;
    browser.service.next('POST /orders', 'lost');
    const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
    assert.equal(outcome.outcome, 'placed');
    assert.deepEqual([tab.checkout.isDurable, reported], [false, 1]);
    assert.equal(tab.checkout.state, 'placed');
  });

  test('when it works again, what is kept in memory takes precedence over what is stored', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    browser.storage.isDenied = true;
    browser.service.next('POST /orders', ...Array(5).fill('offline'));
    await browser.clock.until(tab.checkout.submit(DRAFT));
    browser.storage.isDenied = false;
    assert.equal(browser.storage.rows[0].state, 'ready');
    assert.deepEqual((await tab.checkout.unresolved()).map(({ number, state }) => [number, state]), [[FIRST, 'unknown']]);
    assert.equal((await browser.clock.until(tab.checkout.retry(FIRST))).outcome, 'placed');
    assert.equal(browser.storage.rows[0].state, 'placed');
    assert.deepEqual(await tab.checkout.unresolved(), []);
  });

  test('a storage that never answers delays a submit only briefly', async () => {
    const browser = new FakeBrowser();
    const storage = new FakeStorage();
    const tab = await browser.openAndLoad({ storage });
    storage.put = () => new Promise(() => {});
    const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
    assert.equal(outcome.outcome, 'placed');
    assert.equal(tab.checkout.isDurable, false);
  });

  test('two tabs that share nothing still make one order: the service gives them the same number', async () => {
    const browser = ownBrowser(['localStorage', 'BroadcastChannel', 'locks']);
    const one = await browser.openAndLoad();
    const two = await browser.openAndLoad();
    const outcomes = await browser.clock.until(Promise.all([one.checkout.submit(DRAFT), two.checkout.submit(DRAFT)]));
    assert.deepEqual(outcomes.map(({ outcome, number }) => [outcome, number]), [['placed', FIRST], ['placed', FIRST]]);
    assert.equal(browser.service.orders.size, 1);
  });
});

describe('tidying up', () => {
  test('the 20 newest finished rows of other checkouts are kept, and every unresolved one', async () => {
    const browser = new FakeBrowser();
    const row = (checkoutId, state, updatedAt) => {
      const key = JSON.stringify(['https://shop.example', 'alice', checkoutId]);
      const more = { service: 'https://shop.example', buyer: 'alice', number: `N-${checkoutId}`, tries: 0 };
      browser.storage.values.set(key, { key, checkoutId, state, updatedAt, ...more });
    };
    for (let i = 0; i < 30; i++) row(`old-${i}`, ['placed', 'not-placed', 'ready'][i % 3], i);
    row('lost', 'unknown', 0);
    browser.service.next('GET /order-numbers/{number}', 'offline');
    await browser.openAndLoad();
    const kept = browser.storage.rows.map(({ checkoutId }) => checkoutId).sort();
    const newest = Array.from({ length: 20 }, (_, i) => `old-${i + 10}`);
    assert.deepEqual(kept, ['c1', 'lost', ...newest].sort());
  });
});

describe('in a real browser', () => {
  test('what it lacks or denies is found out without an environment being given', async () => {
    const checkout = await openCheckout({ baseUrl: 'http://127.0.0.1:9', checkoutId: 'c1', token: 't', timeoutMs: 500 });
    await checkout.ready;
    await quiet();
    assert.deepEqual([checkout.state, checkout.isDurable], ['no-number', false]);
    checkout.close();
  });
});
