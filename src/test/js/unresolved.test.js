import assert from 'node:assert/strict';
import test, { describe } from 'node:test';

import { DRAFT, FakeBrowser, OTHER_DRAFT, problem, proxyError, quiet, tokenOf } from './fakes.js';

const FIRST = '000001-AAAAAA-AAAAAA';
const SECOND = '000002-AAAAAA-AAAAAA';
const NEVER_ISSUED = '999999-AAAAAA-AAAAAA';
const DAY_MS = 86_400_000;

/** A browser in which the checkout's order was sent, with this fault for every try, and is unresolved. */
async function afterAnOutage(fault = 'offline', options = {}) {
  const browser = new FakeBrowser();
  const tab = await browser.openAndLoad(options);
  browser.service.next('POST /orders', fault, ...Array(4).fill('offline'));
  const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
  assert.equal(outcome.outcome, 'unknown');
  tab.changes.length = 0;
  browser.service.requests.length = 0;
  return { browser, clock: browser.clock, service: browser.service, storage: browser.storage, tab, checkout: tab.checkout };
}

async function whileDown(browser, work) {
  browser.service.isDown = true;
  const result = await work();
  browser.service.isDown = false;
  return result;
}

function triggers() {
  const restored = Object.assign(new Event('pageshow'), { persisted: true });
  return { online: new Event('online'), focus: new Event('focus'), 'a return from the back/forward cache': restored };
}

describe('a reload', () => {
  test('finds the unresolved row while the service is still unavailable', async () => {
    const { browser } = await afterAnOutage();
    const again = await whileDown(browser, () => browser.openAndLoad());
    assert.deepEqual([again.checkout.state, again.checkout.number], ['unknown', FIRST]);
    const [row] = await again.checkout.unresolved();
    assert.deepEqual([row.number, row.draft], [FIRST, DRAFT]);
  });

  test('ends as placed if the lost request had arrived', async () => {
    const { browser, service } = await afterAnOutage('lost');
    const again = await browser.openAndLoad();
    assert.deepEqual([again.checkout.state, again.checkout.number], ['placed', FIRST]);
    assert.equal(again.checkout.order.total, 4200);
    assert.deepEqual(await again.checkout.unresolved(), []);
    assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
  });

  test('ends as not placed if it had not: the number is voided first, then there is a new one', async () => {
    const { browser, service } = await afterAnOutage();
    const again = await browser.open();
    await browser.clock.until(again.checkout.ready);
    assert.deepEqual([again.checkout.state, again.checkout.number], ['ready', SECOND]);
    assert.equal(service.numbers.get(FIRST).spent, 'VOIDED');
    assert.deepEqual(service.requests.map(({ route }) => route), [
      'GET /order-numbers/{number}', 'DELETE /order-numbers/{number}', 'GET /order-numbers',
    ]);
    assert.equal((await browser.clock.until(again.checkout.submit(DRAFT))).number, SECOND);
  });

  test('after a crash in the middle of sending: the row is as good as unknown', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    browser.service.next('POST /orders', 'late');
    tab.checkout.submit(DRAFT);
    await quiet();
    assert.equal(browser.storage.rows[0].state, 'sending');
    tab.crash();
    const again = await browser.openAndLoad();
    assert.equal(again.checkout.state, 'placed');
    assert.equal(browser.service.orders.size, 1);
  });

  test('after a crash, offline: a click sends the same number again', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    browser.service.next('POST /orders', 'late');
    tab.checkout.submit(DRAFT);
    await quiet();
    tab.crash();
    const again = await whileDown(browser, () => browser.openAndLoad());
    assert.equal(again.checkout.state, 'unknown');
    const outcome = await browser.clock.until(again.checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number, outcome.duplicated], ['placed', FIRST, true]);
    assert.equal(browser.service.orders.size, 1);
  });

  test('a row that is ready and was never sent is simply used again', async () => {
    const browser = new FakeBrowser();
    await browser.openAndLoad();
    const again = await browser.openAndLoad();
    assert.deepEqual([again.checkout.state, again.checkout.number], ['ready', FIRST]);
    assert.deepEqual(again.changes, []);
  });

  test('a ready number that has expired is replaced', async () => {
    const browser = new FakeBrowser();
    await browser.openAndLoad();
    browser.service.spend(FIRST, 'EXPIRED');
    const again = await browser.openAndLoad();
    assert.deepEqual([again.checkout.state, again.checkout.number], ['ready', SECOND]);
  });

  test('a placed row is shown without the service', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    await browser.clock.until(tab.checkout.submit(DRAFT));
    const again = await whileDown(browser, () => browser.openAndLoad());
    assert.equal(again.checkout.state, 'placed');
    assert.equal(again.checkout.order.number, FIRST);
  });
});

describe('what is looked up automatically', () => {
  for (const [name, event] of Object.entries(triggers())) {
    test(`on ${name}: placed`, async () => {
      const { clock, tab, checkout } = await afterAnOutage('lost');
      tab.window.dispatchEvent(event);
      await clock.pass(0);
      assert.equal(checkout.state, 'placed');
      assert.deepEqual(tab.states(), ['placed']);
      assert.equal(tab.changes[0].order.total, 4200);
    });
  }

  test('when a phone shows the page again', async () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const { clock, checkout } = await afterAnOutage('lost', { environment: { document } });
    document.dispatchEvent(new Event('visibilitychange'));
    await clock.pass(0);
    assert.equal(checkout.state, 'placed');
  });

  test('a pageshow that is a load is none of these', async () => {
    const { clock, tab, service } = await afterAnOutage('lost');
    tab.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    await clock.pass(0);
    assert.equal(service.requests.length, 0);
  });

  test('focus and online together are one lookup', async () => {
    const { clock, tab, service } = await afterAnOutage('lost');
    tab.window.dispatchEvent(new Event('online'));
    tab.window.dispatchEvent(new Event('focus'));
    await clock.pass(0);
    assert.equal(service.sent('GET /order-numbers/{number}').length, 1);
  });

  test('two lookups at once share one response', async () => {
    const { clock, checkout } = await afterAnOutage('lost');
    const looking = checkout.reconcile();
    assert.equal(checkout.reconcile(), looking);
    await clock.until(looking);
  });

  test('focus with nothing unresolved sends no request', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    browser.service.requests.length = 0;
    tab.window.dispatchEvent(new Event('focus'));
    await quiet();
    assert.deepEqual(browser.service.requests, []);
  });

  test('a row whose own request is in progress is left alone', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    browser.service.next('POST /orders', 'hang');
    const placing = tab.checkout.submit(DRAFT);
    await quiet();
    tab.window.dispatchEvent(new Event('focus'));
    assert.deepEqual(await tab.checkout.reconcile(), []);
    assert.equal(browser.service.sent('GET /order-numbers/{number}').length, 0);
    assert.equal(browser.service.sent('DELETE /order-numbers/{number}').length, 0);
    assert.equal((await browser.clock.until(placing)).outcome, 'placed');
  });

  test("another checkout's row whose request is in progress is left alone too", async () => {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad();
    const other = await browser.openAndLoad({ checkoutId: 'c2' });
    browser.service.next('POST /orders', 'hang');
    const placing = tab.checkout.submit(DRAFT);
    await quiet();
    assert.deepEqual(await other.checkout.reconcile(), []);
    assert.equal(browser.service.sent('GET /order-numbers/{number}').length, 0);
    await browser.clock.until(placing);
  });

  test('after close nothing is looked up', async () => {
    const { clock, tab, service, checkout } = await afterAnOutage('lost');
    checkout.close();
    tab.window.dispatchEvent(new Event('focus'));
    await clock.pass(0);
    assert.equal(service.requests.length, 0);
  });
});

describe('reconcile', () => {
  test('returns the result of each row', async () => {
    const { browser, clock } = await afterAnOutage('lost');
    const other = await whileDown(browser, () => browser.openAndLoad({ checkoutId: 'c2' }));
    await whileDown(browser, async () => {
      other.window.dispatchEvent(new Event('focus'));
      await quiet();
    });
    const outcomes = await clock.until(other.checkout.reconcile());
    assert.deepEqual(outcomes.map(({ outcome, number }) => [outcome, number]), [['placed', FIRST]]);
  });

  test('void and place race: 409 on voiding means placed', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    service.next('DELETE /order-numbers/{number}', () => {
      service.placeElsewhere(FIRST);
      return problem(409, 'number-already-placed', 'never', { number: FIRST, order: `/orders/${FIRST}` });
    });
    const [outcome] = await clock.until(checkout.reconcile());
    assert.deepEqual([outcome.outcome, outcome.number, outcome.order.total], ['placed', FIRST, 4200]);
    assert.equal(checkout.state, 'placed');
  });

  for (const why of ['VOIDED', 'EXPIRED']) {
    test(`${why}: not placed, and nothing is left to void`, async () => {
      const { clock, service, checkout } = await afterAnOutage();
      service.spend(FIRST, why);
      const [outcome] = await clock.until(checkout.reconcile());
      assert.deepEqual(outcome, { outcome: 'not-placed', number: FIRST });
      assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
      assert.equal(checkout.number, SECOND);
    });
  }

  test('a number that was never issued to this buyer is not placed', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    service.numbers.get(FIRST).spent = 'EXPIRED';
    service.next('GET /order-numbers/{number}', problem(404, 'number-not-found', 'new-number'));
    assert.deepEqual(await clock.until(checkout.reconcile()), [{ outcome: 'not-placed', number: FIRST }]);
  });

  const nothingSaid = {
    'no connection': 'offline',
    'no answer in time': 'hang',
    "a proxy's page": () => proxyError(),
    "a proxy's 404": () => new Response('<html>Not Found</html>', { status: 404 }),
    'a refusal that decides nothing': () => problem(503, 'store-unavailable', 'same-request', {}, { 'Retry-After': '1' }),
    'a buyer who must sign in': () => problem(401, 'not-signed-in', 'after-change'),
    'never, without an order': () => problem(404, 'not-found', 'never'),
  };
  for (const [name, reply] of Object.entries(nothingSaid)) {
    test(`${name}: still unknown, and no new number is taken`, async () => {
      const { clock, service, checkout } = await afterAnOutage();
      service.next('GET /order-numbers/{number}', reply);
      assert.deepEqual(await clock.until(checkout.reconcile()), [{ outcome: 'unknown', number: FIRST }]);
      assert.equal(checkout.state, 'unknown');
      assert.deepEqual(service.requests.map(({ route }) => route), ['GET /order-numbers/{number}']);
    });
  }

  test('voiding without an answer: still unknown; the next lookup finds it voided', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    service.next('DELETE /order-numbers/{number}', 'lost');
    assert.deepEqual(await clock.until(checkout.reconcile()), [{ outcome: 'unknown', number: FIRST }]);
    assert.equal(service.sent('GET /order-numbers').length, 0);
    assert.deepEqual(await clock.until(checkout.reconcile()), [{ outcome: 'not-placed', number: FIRST }]);
    assert.equal(checkout.number, SECOND);
  });

  test('placed, but the order cannot be read: placed without it; it is read the next time', async () => {
    const { clock, service, checkout } = await afterAnOutage('lost');
    service.next('GET /orders/{number}', 'offline');
    const [outcome] = await clock.until(checkout.reconcile());
    assert.deepEqual([outcome.outcome, outcome.order], ['placed', null]);
    assert.equal(checkout.state, 'placed');
    await clock.until(checkout.reconcile());
    assert.equal(checkout.order.total, 4200);
  });

  test("a clock that is wrong by a day changes nothing: the number's times are not compared with it", async () => {
    for (const wrong of [DAY_MS, -DAY_MS]) {
      const { browser, clock, service } = await afterAnOutage('lost');
      clock.setBackBy(wrong);
      const again = await browser.openAndLoad();
      assert.equal(again.checkout.state, 'placed');
      assert.equal(service.orders.size, 1);
    }
  });
});

describe('while a row for the same basket is unresolved', () => {
  async function otherCheckout(browser) {
    const tab = await whileDown(browser, () => browser.openAndLoad({ checkoutId: 'c2' }));
    browser.service.requests.length = 0;
    return tab;
  }

  test('another checkout sends nothing as long as it stays unknown', async () => {
    const { browser, clock, service } = await afterAnOutage();
    const tab = await otherCheckout(browser);
    service.isDown = true;
    const outcome = await clock.until(tab.checkout.submit(DRAFT));
    assert.deepEqual(outcome, { outcome: 'unknown', number: FIRST });
    assert.deepEqual(service.requests.map(({ route }) => route), ['GET /order-numbers/{number}']);
  });

  test('if it turns out placed, that order is the result', async () => {
    const { browser, clock, service } = await afterAnOutage('lost');
    const tab = await otherCheckout(browser);
    const outcome = await clock.until(tab.checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number, outcome.differs], ['placed', FIRST, false]);
    assert.equal(service.orders.size, 1);
    assert.equal(service.sent('POST /orders').length, 0);
  });

  test('if it turns out not placed, the new one is sent', async () => {
    const { browser, clock, service } = await afterAnOutage();
    const tab = await otherCheckout(browser);
    const outcome = await clock.until(tab.checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number], ['placed', SECOND]);
    assert.equal(service.numbers.get(FIRST).spent, 'VOIDED');
    assert.equal(service.orders.size, 1);
  });

  test('another basket under another checkout is not held up', async () => {
    const { browser, clock, service } = await afterAnOutage();
    const tab = await otherCheckout(browser);
    const outcome = await clock.until(tab.checkout.submit(OTHER_DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number], ['placed', SECOND]);
    assert.equal(service.numbers.get(FIRST).spent, undefined);
  });

  test('after it is placed, a second one is a decision of the buyer and the service', async () => {
    const { browser, clock, service } = await afterAnOutage('lost');
    const tab = await otherCheckout(browser);
    await clock.until(tab.checkout.submit(DRAFT));
    const second = await clock.until(tab.checkout.submit(DRAFT));
    assert.deepEqual([second.outcome, second.number, service.orders.size], ['placed', SECOND, 2]);
  });
});

describe('another basket under the same, unresolved checkout', () => {
  test('the earlier one is looked up first: placed, it is the result', async () => {
    const { clock, checkout } = await afterAnOutage('lost');
    const outcome = await clock.until(checkout.submit(OTHER_DRAFT));
    assert.deepEqual([outcome.outcome, outcome.differs, outcome.order.total], ['placed', true, 4200]);
  });

  test('not placed, its number is voided and the new basket is sent under a new one', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    const outcome = await clock.until(checkout.submit(OTHER_DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number, outcome.order.total], ['placed', SECOND, 900]);
    assert.equal(service.numbers.get(FIRST).spent, 'VOIDED');
  });

  test('still unknown, the new basket is not sent', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    service.isDown = true;
    assert.deepEqual(await clock.until(checkout.submit(OTHER_DRAFT)), { outcome: 'unknown', number: FIRST });
    const [row] = await checkout.unresolved();
    assert.deepEqual(row.draft, DRAFT);
  });
});

describe('retry and check', () => {
  test('retry sends the same number and draft again', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    const outcome = await clock.until(checkout.retry(FIRST));
    assert.deepEqual([outcome.outcome, outcome.number], ['placed', FIRST]);
    assert.deepEqual(service.sent('POST /orders')[0].body, { ...DRAFT, orderNumber: FIRST, checkout: 'c1', acknowledgements: [] });
  });

  test('ten clicks on retry are one request', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    const outcomes = await clock.until(Promise.all(Array.from({ length: 10 }, () => checkout.retry(FIRST))));
    assert.ok(outcomes.every(({ outcome }) => outcome === 'placed'));
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test("retry keeps the buyer's acknowledgements", async () => {
    const browser = new FakeBrowser();
    const { checkout } = await browser.openAndLoad();
    const acknowledgements = [{ kind: 'LARGE_AMOUNT', total: 4200 }];
    browser.service.next('POST /orders', ...Array(5).fill('offline'));
    await browser.clock.until(checkout.submit(DRAFT, { acknowledgements }));
    const outcome = await browser.clock.until(checkout.retry(FIRST));
    assert.deepEqual(outcome.order.acknowledgements, acknowledgements);
  });

  test('retry of another checkout of this buyer: its number, and if that is spent its next one', async () => {
    const { browser, clock, service } = await afterAnOutage();
    const other = await whileDown(browser, () => browser.openAndLoad({ checkoutId: 'c2' }));
    service.spend(FIRST, 'EXPIRED');
    const outcome = await clock.until(other.checkout.retry(FIRST));
    assert.equal(outcome.outcome, 'placed');
    assert.deepEqual(service.sent('GET /order-numbers').map(({ searchParams }) => searchParams.get('checkout')), ['c2', 'c1']);
    assert.equal(other.checkout.state, 'no-number');
  });

  test('check looks one row up, and settles it', async () => {
    const { clock, checkout } = await afterAnOutage();
    assert.deepEqual(await clock.until(checkout.check(FIRST)), { outcome: 'not-placed', number: FIRST });
    assert.equal(checkout.number, SECOND);
  });

  test('both return the result of a number that is settled by now, and void nothing', async () => {
    const { clock, service, checkout } = await afterAnOutage('lost');
    await clock.until(checkout.reconcile());
    for (const ask of ['check', 'retry']) {
      const outcome = await clock.until(checkout[ask](FIRST));
      assert.deepEqual([outcome.outcome, outcome.order.total], ['placed', 4200]);
    }
    assert.equal(service.sent('POST /orders').length, 0);
    assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
  });

  test('check waits for a submit; a number that this took in the meantime is not voided in place of the old one', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    service.spend(FIRST, 'EXPIRED');
    service.next('POST /orders', 'hang', () => problem(410, 'number-expired', 'new-number'), ...Array(5).fill('offline'));
    const placing = checkout.submit(DRAFT);
    await quiet();
    const outcomes = await clock.until(Promise.all([placing, checkout.check(FIRST)]));
    assert.deepEqual(outcomes.map(({ outcome, number }) => [outcome, number]), [['unknown', SECOND], ['not-placed', FIRST]]);
    assert.equal(checkout.state, 'unknown');
    assert.equal(service.numbers.get(SECOND).spent, undefined);
  });

  test('a number that no row has is looked up, not voided', async () => {
    const { clock, service, checkout } = await afterAnOutage();
    await clock.until(checkout.check(FIRST));
    const voided = service.sent('DELETE /order-numbers/{number}').length;
    assert.deepEqual(await clock.until(checkout.check(FIRST)), { outcome: 'not-placed', number: FIRST });
    assert.deepEqual(await clock.until(checkout.check(SECOND)), { outcome: 'unknown', number: SECOND });
    assert.deepEqual(await clock.until(checkout.retry(SECOND)), { outcome: 'unknown', number: SECOND });
    assert.deepEqual(await clock.until(checkout.retry(NEVER_ISSUED)), { outcome: 'not-placed', number: NEVER_ISSUED });
    service.placeElsewhere(SECOND);
    assert.equal((await clock.until(checkout.check(SECOND))).outcome, 'placed');
    assert.equal(service.sent('DELETE /order-numbers/{number}').length, voided);
  });
});

describe('whose rows', () => {
  test("another buyer's rows are neither shown nor sent nor looked up", async () => {
    const { browser, service, storage } = await afterAnOutage();
    const bob = await browser.openAndLoad({ buyerToken: tokenOf('bob') });
    assert.deepEqual(await bob.checkout.unresolved(), []);
    assert.equal(bob.checkout.number, SECOND);
    assert.equal((await browser.clock.until(bob.checkout.submit(DRAFT))).number, SECOND);
    assert.equal(service.sent('GET /order-numbers/{number}').length, 0);
    assert.deepEqual(storage.rows.find(({ buyer }) => buyer === 'alice').state, 'unknown');
  });

  test('they are there again when their buyer is', async () => {
    const { browser } = await afterAnOutage('lost');
    await browser.openAndLoad({ buyerToken: tokenOf('bob') });
    const alice = await browser.openAndLoad();
    assert.equal(alice.checkout.state, 'placed');
  });

  test('the option buyer takes precedence over the token', async () => {
    const { storage } = await afterAnOutage('lost', { buyer: 'customer-7' });
    assert.deepEqual(storage.rows.map(({ buyer }) => buyer), ['customer-7']);
  });

  test('a token that is no JWT belongs to no known buyer', async () => {
    const browser = new FakeBrowser();
    browser.service.isDown = true;
    const { checkout } = await browser.openAndLoad({ buyerToken: 'opaque' });
    browser.service.next('GET /order-numbers', () => new Response(`{"number":"${FIRST}","state":"ISSUED"}`));
    browser.service.isDown = false;
    await browser.clock.until(checkout.reconcile());
    assert.deepEqual(browser.storage.rows.map(({ buyer }) => buyer), ['anonymous']);
  });

  test('names of all scripts in a token are read', async () => {
    const { storage } = await afterAnOutage('lost', { buyerToken: tokenOf('Žofie 山田') });
    assert.deepEqual(storage.rows.map(({ buyer }) => buyer), ['Žofie 山田']);
  });

  test("another service's rows are left alone", async () => {
    const { browser, storage } = await afterAnOutage();
    const tab = await browser.openAndLoad({ baseUrl: 'https://other.example' });
    assert.deepEqual(await tab.checkout.unresolved(), []);
    assert.deepEqual(storage.rows.map(({ service, state }) => [service, state]), [
      ['https://shop.example', 'unknown'], ['https://other.example', 'ready'],
    ]);
  });

  test("while another buyer is signed in, a row stays unknown whatever the service would say", async () => {
    let subject = 'alice';
    const { clock, service, checkout } = await afterAnOutage('lost', { token: async () => tokenOf(subject) });
    subject = 'bob';
    assert.deepEqual(await clock.until(checkout.reconcile()), [{ outcome: 'unknown', number: FIRST }]);
    assert.equal(service.requests.length, 0);
  });
});
