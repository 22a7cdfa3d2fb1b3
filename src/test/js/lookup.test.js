import assert from 'node:assert/strict';
import test, { describe } from 'node:test';

import { DRAFT, FakeBrowser, OTHER_DRAFT, quiet } from './fakes.js';

const FIRST = '000001-AAAAAA-AAAAAA';
const SECOND = '000002-AAAAAA-AAAAAA';

/** A tab that has sent its order and has no response yet. */
async function sending(...faults) {
  const browser = new FakeBrowser();
  const tab = await browser.openAndLoad();
  browser.service.next('POST /orders', ...faults);
  const submit = tab.checkout.submit(DRAFT);
  await quiet();
  return { browser, clock: browser.clock, service: browser.service, storage: browser.storage, tab, checkout: tab.checkout, submit };
}

/** A document that can be hidden. */
function page() {
  return Object.assign(new EventTarget(), { visibilityState: 'visible' });
}

describe('a look-up', () => {
  test('that finds the order ends its submit at once, without the response', async () => {
    const { clock, service, tab, checkout, submit } = await sending('late');
    const found = await checkout.lookUp(FIRST);
    const outcome = await submit;
    assert.equal(clock.elapsed, 0);
    assert.deepEqual([found.outcome, outcome.outcome, outcome.number, outcome.differs], ['placed', 'placed', FIRST, false]);
    assert.equal(outcome.order.total, 4200);
    assert.deepEqual([checkout.state, checkout.order.number], ['placed', FIRST]);
    await clock.pass(60_000);
    assert.deepEqual(tab.states(), ['sending', 'placed']);
    assert.equal(service.sent('POST /orders').length, 1);
    assert.equal(service.orders.size, 1);
  });

  test('ends the pause before the next attempt', async () => {
    const { clock, service, checkout, submit } = await sending('lost');
    await checkout.lookUp(FIRST);
    assert.equal((await submit).outcome, 'placed');
    await clock.pass(60_000);
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('of an order with another basket says so', async () => {
    const { service, checkout, submit } = await sending('hang');
    service.placeElsewhere(FIRST, OTHER_DRAFT);
    await checkout.lookUp(FIRST);
    assert.deepEqual(await submit.then(({ outcome, differs }) => [outcome, differs]), ['placed', true]);
  });

  test('that finds nothing changes nothing', async () => {
    const { clock, service, checkout, submit } = await sending('offline', 'offline');
    assert.deepEqual(await checkout.lookUp(FIRST), { outcome: 'unknown', number: FIRST });
    assert.equal(checkout.state, 'unknown');
    assert.equal((await clock.until(submit)).outcome, 'placed');
    assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
    assert.equal(service.sent('POST /orders').length, 3);
  });

  for (const [name, without] of Object.entries({ 'with messages': [], 'without locks': ['locks'] })) {
    test(`in another tab ends the submit too, ${name}`, async () => {
      const browser = new FakeBrowser({ without });
      const one = await browser.openAndLoad();
      const two = await browser.openAndLoad();
      browser.service.next('POST /orders', 'late');
      const submit = one.checkout.submit(DRAFT);
      await browser.clock.pass(100);
      const before = browser.clock.elapsed;
      await two.checkout.lookUp(FIRST);
      await quiet();
      assert.equal((await submit).outcome, 'placed');
      assert.ok(browser.clock.elapsed - before < 1000);
      assert.deepEqual([one.checkout.state, two.checkout.state], ['placed', 'placed']);
    });
  }

  test('resolves an unknown order without voiding its number', async () => {
    const { clock, service, checkout, submit } = await sending('lost', ...Array(4).fill('offline'));
    assert.equal((await clock.until(submit)).outcome, 'unknown');
    assert.equal((await checkout.lookUp(FIRST)).outcome, 'placed');
    assert.equal(checkout.state, 'placed');
    assert.deepEqual(await checkout.unresolved(), []);
    assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
  });
});

describe('while an order is unknown', () => {
  async function unknown(options) {
    const browser = new FakeBrowser();
    const tab = await browser.openAndLoad(options);
    browser.service.isDown = true;
    assert.equal((await browser.clock.until(tab.checkout.submit(DRAFT))).outcome, 'unknown');
    browser.service.requests.length = 0;
    const lookUps = async (milliseconds) => {
      browser.service.requests.length = 0;
      await browser.clock.pass(milliseconds);
      return browser.service.sent('GET /order-numbers/{number}').length;
    };
    return { browser, service: browser.service, checkout: tab.checkout, lookUps };
  }

  test('it is looked up again after 5, 10 and 20 s, then every 20 s', async () => {
    const { lookUps } = await unknown();
    const counts = [];
    for (const milliseconds of [4_900, 200, 9_800, 400, 19_600, 800, 60_000]) counts.push(await lookUps(milliseconds));
    assert.deepEqual(counts, [0, 1, 0, 1, 0, 1, 3]);
  });

  test('it is settled soon after the service is back, and then no longer looked up', async () => {
    const { service, checkout, lookUps } = await unknown();
    await lookUps(8_000);
    service.isDown = false;
    await lookUps(10_000);
    assert.deepEqual([checkout.state, checkout.number], ['ready', SECOND]);
    assert.equal(await lookUps(300_000), 0);
  });

  test('a hidden page looks up nothing, until it is visible again', async () => {
    const document = page();
    const { service, checkout, lookUps } = await unknown({ environment: { document } });
    document.visibilityState = 'hidden';
    assert.equal(await lookUps(120_000), 0);
    service.isDown = false;
    document.visibilityState = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    await quiet();
    assert.equal(checkout.number, SECOND);
  });

  test('a page that becomes visible while the service is away goes on', async () => {
    const document = page();
    const { lookUps } = await unknown({ environment: { document } });
    document.visibilityState = 'hidden';
    await lookUps(60_000);
    document.visibilityState = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    assert.ok(await lookUps(60_000) >= 3);
  });

  test('a closed checkout looks up nothing', async () => {
    const { checkout, lookUps } = await unknown();
    checkout.close();
    assert.equal(await lookUps(120_000), 0);
  });
});
