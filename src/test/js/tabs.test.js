import assert from 'node:assert/strict';
import test, { describe } from 'node:test';

import { openCheckout } from '../../main/resources/META-INF/resources/order-once.js';
import { DRAFT, FakeBrowser, OTHER_DRAFT, quiet } from './fakes.js';

const FIRST = '000001-AAAAAA-AAAAAA';

const browsers = {
  'Web Locks and BroadcastChannel': [],
  'BroadcastChannel only': ['locks'],
  'Web Locks only': ['BroadcastChannel'],
  neither: ['locks', 'BroadcastChannel'],
};

async function twoTabs(without, options) {
  const browser = new FakeBrowser({ without });
  const one = await browser.openAndLoad(options);
  const two = await browser.openAndLoad(options);
  return { browser, clock: browser.clock, service: browser.service, one, two };
}

for (const [name, without] of Object.entries(browsers)) {
  describe(`two tabs of one checkout, with ${name}`, () => {
    test('have the same number', async () => {
      const { one, two } = await twoTabs(without);
      assert.equal(two.checkout.number, one.checkout.number);
    });

    test('one submits, the other shows the result', async () => {
      const { clock, one, two } = await twoTabs(without);
      await clock.until(one.checkout.submit(DRAFT));
      await quiet();
      assert.deepEqual(two.states(), ['sending', 'placed']);
      assert.equal(two.checkout.state, 'placed');
      assert.equal(two.checkout.order.number, FIRST);
    });

    test('both submit: one request, one order, two results', async () => {
      const { clock, service, one, two } = await twoTabs(without);
      const outcomes = await clock.until(Promise.all([one.checkout.submit(DRAFT), two.checkout.submit(DRAFT)]));
      assert.deepEqual(outcomes.map(({ outcome, number }) => [outcome, number]), [['placed', FIRST], ['placed', FIRST]]);
      assert.equal(service.sent('POST /orders').length, 1);
    });

    test('both submit different baskets: one is placed, the other gets that it is another', async () => {
      const { clock, service, one, two } = await twoTabs(without);
      const outcomes = await clock.until(Promise.all([one.checkout.submit(DRAFT), two.checkout.submit(OTHER_DRAFT)]));
      assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['placed', 'placed']);
      assert.deepEqual(outcomes.map(({ differs }) => differs).sort(), [false, true]);
      assert.equal(service.orders.size, 1);
    });

    test('the second waits while the first is not answered, and voids nothing', async () => {
      const { clock, service, one, two } = await twoTabs(without);
      service.next('POST /orders', 'hang', 'late');
      const first = one.checkout.submit(DRAFT);
      await clock.pass(1000);
      const second = two.checkout.submit(DRAFT);
      two.window.dispatchEvent(new Event('focus'));
      const outcomes = await clock.until(Promise.all([first, second]));
      assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['placed', 'placed']);
      assert.equal(service.sent('POST /orders').length, 3);
      assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
    });

    test('a tab that crashes while sending does not hold the other up for long', async () => {
      const { clock, service, one, two } = await twoTabs(without);
      service.next('POST /orders', 'late');
      one.checkout.submit(DRAFT);
      await clock.pass(1000);
      one.crash();
      const begun = clock.elapsed;
      const outcome = await clock.until(two.checkout.submit(DRAFT));
      assert.deepEqual([outcome.outcome, outcome.number, outcome.duplicated], ['placed', FIRST, true]);
      assert.ok(clock.elapsed - begun < 12_000, `waited ${clock.elapsed - begun} ms`);
      assert.equal(service.orders.size, 1);
    });

    test('two checkouts with the same basket: the second waits for the first', async () => {
      const browser = new FakeBrowser({ without });
      const one = await browser.openAndLoad({ checkoutId: 'c1' });
      const two = await browser.openAndLoad({ checkoutId: 'c2' });
      browser.service.next('POST /orders', 'hang', 'offline', 'offline', 'offline', 'offline');
      const first = one.checkout.submit(DRAFT);
      await browser.clock.pass(1000);
      const second = two.checkout.submit(DRAFT);
      const outcomes = await browser.clock.until(Promise.all([first, second]));
      // The first ended unknown; the second settled it, and only then sent its own.
      assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['unknown', 'placed']);
      assert.equal(browser.service.numbers.get(FIRST).spent, 'VOIDED');
      assert.equal(browser.service.orders.size, 1);
    });
  });
}

describe('news', () => {
  test("are only this buyer's", async () => {
    const { browser, clock, one } = await twoTabs([], { buyer: 'alice' });
    const bob = await browser.openAndLoad({ buyer: 'bob' });
    bob.changes.length = 0;
    await clock.until(one.checkout.submit(DRAFT));
    await quiet();
    assert.deepEqual(bob.changes, []);
  });

  test("of another checkout are reported, and do not change this one's state", async () => {
    const browser = new FakeBrowser();
    const one = await browser.openAndLoad({ checkoutId: 'c1' });
    const two = await browser.openAndLoad({ checkoutId: 'c2' });
    await browser.clock.until(one.checkout.submit(DRAFT));
    await quiet();
    assert.deepEqual(two.changes.map(({ checkoutId, state }) => [checkoutId, state]), [['c1', 'sending'], ['c1', 'placed']]);
    assert.equal(two.checkout.state, 'ready');
  });

  test('that cannot be sent are found on focus', async () => {
    const { clock, one, two } = await twoTabs(['BroadcastChannel', 'localStorage']);
    await clock.until(one.checkout.submit(DRAFT));
    assert.equal(two.checkout.state, 'ready');
    two.window.dispatchEvent(new Event('focus'));
    await quiet();
    assert.equal(two.checkout.state, 'placed');
    assert.deepEqual(two.states(), ['placed']);
  });

  test('of a request in flight are sent after close too', async () => {
    for (const without of [[], ['BroadcastChannel']]) {
      const { clock, one, two } = await twoTabs(without);
      const placing = one.checkout.submit(DRAFT);
      one.checkout.close();
      assert.equal((await clock.until(placing)).outcome, 'placed');
      await quiet();
      assert.deepEqual(two.states(), ['sending', 'placed']);
    }
  });

  test('of others are not reported after close', async () => {
    for (const without of [[], ['BroadcastChannel']]) {
      const { clock, one, two } = await twoTabs(without);
      two.checkout.close();
      await clock.until(one.checkout.submit(DRAFT));
      await quiet();
      assert.deepEqual(two.changes, []);
    }
  });

  test('a tab opened while another sends shows that, and then its result', async () => {
    const browser = new FakeBrowser();
    const one = await browser.openAndLoad();
    browser.service.next('POST /orders', 'hang');
    const placing = one.checkout.submit(DRAFT);
    await quiet();
    const two = await browser.openAndLoad();
    assert.deepEqual([two.checkout.state, two.checkout.number], ['sending', FIRST]);
    await browser.clock.until(placing);
    await quiet();
    assert.equal(two.checkout.state, 'placed');
  });
});

describe('a checkout that is opened again in the same page', () => {
  for (const [name, without] of Object.entries({ ...browsers, 'no messages at all': ['BroadcastChannel', 'localStorage'] })) {
    test(`while a request of the closed one is in flight shows its result, with ${name}`, async () => {
      const browser = new FakeBrowser({ without });
      const { checkout, options } = await browser.openAndLoad();
      browser.service.next('POST /orders', 'hang');
      const placing = checkout.submit(DRAFT);
      await browser.clock.pass(1_000);
      checkout.close();
      const again = await browser.clock.until(openCheckout(options));
      await browser.clock.until(again.ready);
      assert.equal(again.state, 'sending');
      assert.equal((await browser.clock.until(placing)).outcome, 'placed');
      await browser.clock.pass(20_000);
      assert.deepEqual([again.state, again.order?.number], ['placed', FIRST]);
      assert.equal(browser.service.sent('DELETE /order-numbers/{number}').length, 0);
    });
  }

  test('looks no further when nothing is unresolved', async () => {
    const browser = new FakeBrowser();
    const { checkout, options } = await browser.openAndLoad();
    browser.service.next('POST /orders', 'hang');
    const placing = checkout.submit(DRAFT);
    await browser.clock.pass(1_000);
    checkout.close();
    await browser.clock.until(openCheckout(options));
    await browser.clock.until(placing);
    await browser.clock.pass(60_000);
    assert.equal(browser.clock.timers, 0);
  });
});

describe('locks', () => {
  test('that are denied are replaced by leases', async () => {
    const denied = { request: async () => { throw new DOMException('denied', 'SecurityError'); } };
    const { clock, service, one, two } = await twoTabs([], { environment: { locks: denied } });
    const outcomes = await clock.until(Promise.all([one.checkout.submit(DRAFT), two.checkout.submit(DRAFT)]));
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['placed', 'placed']);
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('that a sleeping tab holds are waited for, not for ever', async () => {
    const { clock, service, one, two } = await twoTabs([]);
    service.next('POST /orders', () => new Promise(() => {}));
    one.checkout.submit(DRAFT);
    await quiet();
    one.isAlive = false; // its timers do not run, its locks stay
    const outcome = await clock.until(two.checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number], ['placed', FIRST]);
    assert.equal(clock.elapsed, 240_000, 'for the basket, then for the checkout');
  });

  test('a lease is renewed while the work takes longer than it lasts', async () => {
    const { clock, service, one, two } = await twoTabs(['locks']);
    service.next('POST /orders', 'hang', 'hang');
    const first = one.checkout.submit(DRAFT);
    await clock.pass(14_000);
    const second = two.checkout.submit(DRAFT);
    await clock.pass(10_000);
    assert.equal(service.sent('POST /orders').length, 2, 'both by the first tab');
    await clock.until(Promise.all([first, second]));
    assert.equal(service.sent('POST /orders').length, 3);
  });

  test('leases are deleted when nothing is in progress', async () => {
    const { browser, clock, one } = await twoTabs(['locks']);
    await clock.until(one.checkout.submit(DRAFT));
    await quiet();
    assert.deepEqual([...browser.storage.values.values()].filter(({ owner }) => owner), []);
  });

  test('a lease from before the clock was set back a day delays no submit', async () => {
    const { clock, service, one, two } = await twoTabs(['locks']);
    service.next('POST /orders', 'late');
    one.checkout.submit(DRAFT);
    await clock.pass(1000);
    one.crash();
    clock.setBackBy(86_400_000);
    const begun = clock.elapsed;
    assert.equal((await clock.until(two.checkout.submit(DRAFT))).outcome, 'placed');
    assert.ok(clock.elapsed - begun < 1000);
  });
});
