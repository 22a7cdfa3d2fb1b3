// Responses that are not the service's response to this request: a proxy mixes two of them up, a cache or a portal sends
// its own, an intermediary changes one. None of them may decide the state of an order.

import assert from 'node:assert/strict';
import test, { describe } from 'node:test';

import { DRAFT, FakeBrowser, json, problem, quiet } from './fakes.js';

const FIRST = '000001-AAAAAA-AAAAAA';
const SECOND = '000002-AAAAAA-AAAAAA';
const OTHER = '777777-BBBBBB-BBBBBB';
const ORDER = { ...DRAFT, number: FIRST, state: 'CREATED', next: [], acknowledgements: [], placedAt: '2026-11-20T10:00:00Z' };

const NO_ORDERS = {
  "another number's order": { ...ORDER, number: OTHER },
  "another checkout's order": { ...ORDER, number: OTHER, checkout: 'c2', duplicated: true },
  "this checkout's order under another number, as if it were new": { ...ORDER, number: OTHER, checkout: 'c1' },
  'an order without a number': { ...ORDER, number: undefined },
  'an order whose number is null': { ...ORDER, number: null },
  'an order whose number is a list': { ...ORDER, number: [FIRST] },
  'an order whose number is only the beginning': { ...ORDER, number: '000001' },
  'an order without lines': { ...ORDER, lines: undefined },
  'lines that are an object': { ...ORDER, lines: { length: 1, 0: DRAFT.lines[0] } },
  'lines that are a text': { ...ORDER, lines: 'tea' },
  'lines of null': { ...ORDER, lines: [null] },
  'lines of texts': { ...ORDER, lines: ['tea-1'] },
  'lines of lists': { ...ORDER, lines: [['tea-1', 2, 2100]] },
  'one line that is none': { ...ORDER, lines: [...DRAFT.lines, null] },
  'a line without a product': { ...ORDER, lines: [{ quantity: 2, unitPrice: 2100 }] },
  'a line whose quantity is a text': { ...ORDER, lines: [{ ...DRAFT.lines[0], quantity: '2' }] },
  'an order without a total': { ...ORDER, total: undefined },
  'an order without a currency': { ...ORDER, currency: undefined },
  'a list of orders': [ORDER],
  'an order inside something': { order: ORDER },
  'a number': 42,
  'a text': FIRST,
  'null': null,
  'true': true,
  'an empty object': {},
  'an empty list': [],
};

async function loaded(options) {
  const browser = new FakeBrowser();
  const tab = await browser.openAndLoad(options);
  const submit = () => browser.clock.until(tab.checkout.submit(DRAFT));
  return { browser, clock: browser.clock, service: browser.service, storage: browser.storage, tab, checkout: tab.checkout, submit };
}

/** A checkout whose only try was not answered, and whose request arrived or not. */
async function unresolved(fault) {
  const opened = await loaded({ maxTries: 1 });
  opened.service.next('POST /orders', fault);
  assert.equal((await opened.submit()).outcome, 'unknown');
  opened.service.requests.length = 0;
  return opened;
}

async function assertStillUnknown({ service, storage, checkout }, outcome) {
  assert.deepEqual([outcome.outcome, outcome.number, outcome.order], ['unknown', FIRST, undefined]);
  assert.equal(checkout.state, 'unknown');
  assert.equal(checkout.order, null);
  assert.deepEqual((await checkout.unresolved()).map(({ number }) => number), [FIRST]);
  assert.deepEqual(storage.rows.map(({ number, order }) => [number, order ?? null]), [[FIRST, null]]);
  assert.equal(service.sent('GET /order-numbers').length <= 1, true, 'no new number is taken');
}

describe('placing: a success that is not the requested order', () => {
  for (const status of [201, 200]) {
    for (const [name, body] of Object.entries(NO_ORDERS)) {
      test(`${status} with ${name}: unknown, and the same number again finds out`, async () => {
        const opened = await loaded({ maxTries: 1 });
        opened.service.next('POST /orders', () => json(status, body));
        await assertStillUnknown(opened, await opened.submit());
        const outcome = await opened.submit();
        assert.deepEqual([outcome.outcome, outcome.number, outcome.order.total], ['placed', FIRST, 4200]);
        assert.equal(opened.service.orders.size, 1);
      });
    }
  }

  test('it is repeated at once, like no answer', async () => {
    const { service, tab, submit } = await loaded();
    service.next('POST /orders', json(201, { ...ORDER, number: OTHER }), json(200, { ...ORDER, lines: [null] }));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.order.number], ['placed', FIRST]);
    assert.deepEqual(service.sent('POST /orders').map(({ body }) => body.orderNumber), [FIRST, FIRST, FIRST]);
    assert.deepEqual(tab.states(), ['sending', 'unknown', 'sending', 'unknown', 'sending', 'placed']);
  });

  test("the order was placed and its answer mixed up with another's: the repeat returns the right one", async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', () => {
      service.placeElsewhere(FIRST);
      return json(201, { ...ORDER, number: OTHER, total: 1 });
    });
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.order.total, outcome.duplicated, outcome.differs], ['placed', 4200, true, false]);
    assert.equal(service.orders.size, 1);
  });

  for (const written of ['000001aaaaaaaaaaaa', '00000I-AAAAAA-AAAAAA', 'oooool aaaaaa aaaaaa']) {
    test(`${written} is the same number, written otherwise`, async () => {
      const { service, submit } = await loaded({ maxTries: 1 });
      service.next('POST /orders', json(201, { ...ORDER, number: written }));
      const outcome = await submit();
      assert.deepEqual([outcome.outcome, outcome.number], ['placed', FIRST]);
    });
  }

  test('unknown members, and a nesting that cannot be copied to other tabs, do no harm', async () => {
    const { service, checkout, submit } = await loaded({ maxTries: 1 });
    const body = `{"__proto__":{"polluted":true},"constructor":1,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},`;
    service.next('POST /orders', new Response(body + JSON.stringify(ORDER).slice(1), { status: 201 }));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.differs, checkout.state], ['placed', false, 'placed']);
    assert.equal({}.polluted, undefined);
  });

  test('a line that is nested too deeply to be compared is none', async () => {
    const opened = await loaded({ maxTries: 1 });
    const body = '{"productCode":DEEP,"quantity":1,"unitPrice":1}'.replace('DEEP', '['.repeat(100_000) + ']'.repeat(100_000));
    const text = JSON.stringify({ ...ORDER, lines: 'LINES' }).replace('"LINES"', `[${body}]`);
    opened.service.next('POST /orders', new Response(text, { status: 201 }));
    await assertStillUnknown(opened, await opened.submit());
  });
});

describe('placing: a refusal of something else', () => {
  const refusals = {
    "another number's that is spent": problem(410, 'number-expired', 'new-number', { number: OTHER }),
    'a number that is none': problem(410, 'number-expired', 'new-number', { number: 5 }),
    "another number's existing order": problem(422, 'order-differs', 'never', { number: OTHER, order: `/orders/${OTHER}` }),
    "a link for ever to another number's order": problem(422, 'order-differs', 'never', { order: `/orders/${OTHER}` }),
    'our number with a link to another': problem(422, 'order-differs', 'never', { number: FIRST, order: `/orders/${OTHER}` }),
    'another number with a link to ours': problem(422, 'order-differs', 'never', { number: OTHER, order: `/orders/${FIRST}` }),
    "another checkout's completion": problem(409, 'checkout-completed', 'never', { checkout: 'c2', order: `/orders/${OTHER}` }),
    'a completion of no checkout': problem(409, 'checkout-completed', 'never', { order: `/orders/${OTHER}` }),
    'a link to no order': problem(422, 'order-differs', 'never', { order: '' }),
    "a confirmation of another number's total": problem(428, 'large-amount', 'after-change', { number: OTHER, total: 1, currency: 'EUR' }),
  };
  for (const [name, refusal] of Object.entries(refusals)) {
    test(`${name}: unknown, neither placed nor not placed`, async () => {
      const opened = await loaded({ maxTries: 1 });
      opened.service.next('POST /orders', refusal);
      await assertStillUnknown(opened, await opened.submit());
      assert.equal((await opened.submit()).number, FIRST);
    });
  }

  test('a gateway may make the link to our order an absolute address', async () => {
    const { service, checkout, submit } = await loaded({ maxTries: 1 });
    service.placeElsewhere(FIRST, { ...DRAFT, total: 1 });
    const order = `https://shop.example/api/orders/${FIRST}`;
    service.next('POST /orders', problem(422, 'order-differs', 'never', { number: FIRST, order }));
    assert.equal((await submit()).problem.order, order);
    assert.deepEqual([checkout.state, checkout.order.total], ['placed', 1]);
  });
});

describe('finding out: an answer about another number', () => {
  const views = {
    'PLACED of another number': { number: OTHER, state: 'PLACED', order: `/orders/${OTHER}` },
    'VOIDED of another number': { number: OTHER, state: 'VOIDED' },
    'EXPIRED of another number': { number: OTHER, state: 'EXPIRED' },
    'ISSUED of another number': { number: OTHER, state: 'ISSUED' },
    'PLACED of none': { state: 'PLACED' },
    'VOIDED of none': { state: 'VOIDED' },
    'states in a list': { number: FIRST, state: ['PLACED'] },
    'a state that every object has': { number: FIRST, state: 'constructor' },
    'a state that is null': { number: FIRST, state: null },
    'a state of a later version': { number: FIRST, state: 'HELD' },
    'a list': [{ number: FIRST, state: 'VOIDED' }],
    'nothing': null,
  };
  for (const [name, body] of Object.entries(views)) {
    test(`${name}: still unknown, and nothing is voided`, async () => {
      const opened = await unresolved('lost');
      opened.service.next('GET /order-numbers/{number}', () => json(200, body));
      const [outcome] = await opened.clock.until(opened.checkout.reconcile());
      await assertStillUnknown(opened, outcome);
      assert.deepEqual(opened.service.requests.map(({ route }) => route), ['GET /order-numbers/{number}']);
      assert.equal((await opened.clock.until(opened.checkout.reconcile()))[0].outcome, 'placed');
    });

    test(`${name}, in answer to voiding: still unknown, and no new number is taken`, async () => {
      const opened = await unresolved('offline');
      opened.service.next('DELETE /order-numbers/{number}', () => json(200, body));
      const [outcome] = await opened.clock.until(opened.checkout.reconcile());
      await assertStillUnknown(opened, outcome);
      assert.equal(opened.service.sent('GET /order-numbers').length, 0);
    });
  }

  test("another number's order exists: not the result of this one", async () => {
    const opened = await unresolved('offline');
    const placed = { number: OTHER, order: `/orders/${OTHER}` };
    opened.service.next('DELETE /order-numbers/{number}', problem(409, 'number-already-placed', 'never', placed));
    await assertStillUnknown(opened, (await opened.clock.until(opened.checkout.reconcile()))[0]);
  });

  test("another number's end is not this one's", async () => {
    const opened = await unresolved('lost');
    opened.service.next('GET /order-numbers/{number}', problem(404, 'number-not-found', 'new-number', { number: OTHER }));
    await assertStillUnknown(opened, (await opened.clock.until(opened.checkout.reconcile()))[0]);
  });

  test('check of a number that no row has: unknown', async () => {
    const { clock, service, checkout } = await loaded();
    service.next('GET /order-numbers/{number}', json(200, { number: OTHER, state: 'PLACED' }));
    assert.deepEqual(await clock.until(checkout.check(SECOND)), { outcome: 'unknown', number: SECOND });
  });

  test('check of a number that a person wrote', async () => {
    const { clock, service, checkout } = await loaded();
    service.next('GET /order-numbers/000002aaaaaaaaaaaa', json(200, { number: SECOND, state: 'EXPIRED' }));
    assert.equal((await clock.until(checkout.check('000002aaaaaaaaaaaa'))).outcome, 'not-placed');
  });

  for (const [name, body] of Object.entries(NO_ORDERS)) {
    test(`the order is placed, but ${name} is read: placed without it; it is read the next time`, async () => {
      const { clock, service, checkout } = await unresolved('lost');
      service.next('GET /orders/{number}', () => json(200, body));
      const [outcome] = await clock.until(checkout.reconcile());
      assert.deepEqual([outcome.outcome, outcome.order, outcome.differs], ['placed', null, false]);
      await clock.until(checkout.reconcile());
      assert.equal(checkout.order.total, 4200);
    });
  }
});

describe('the number: an answer that is none', () => {
  const views = {
    'no number': { state: 'ISSUED' },
    'an empty number': { number: '', state: 'ISSUED' },
    'a number that is null': { number: null, state: 'ISSUED' },
    'a number that is a list': { number: [FIRST], state: 'ISSUED' },
    'a path': { number: '../orders', state: 'ISSUED' },
    'a number that is too short': { number: '000001-AAAAAA', state: 'ISSUED' },
    'a placed checkout without a number': { state: 'PLACED' },
    'a number without a state': { number: OTHER },
    'a voided number': { number: OTHER, state: 'VOIDED' },
    'a list': [{ number: OTHER, state: 'ISSUED' }],
  };
  for (const [name, body] of Object.entries(views)) {
    test(`${name}: none is kept and nothing is sent under it; it is requested again`, async () => {
      const browser = new FakeBrowser();
      browser.service.next('GET /order-numbers', () => json(200, body));
      const { checkout } = await browser.openAndLoad();
      assert.deepEqual([checkout.state, checkout.number], ['no-number', null]);
      assert.equal((await browser.clock.until(checkout.submit(DRAFT))).number, FIRST);
      assert.deepEqual(browser.service.sent('POST /orders').map(({ body: sent }) => sent.orderNumber), [FIRST]);
    });
  }

  test("another buyer's placed checkout: this buyer has no such order, so this checkout is not placed", async () => {
    const browser = new FakeBrowser();
    browser.service.next('GET /order-numbers', json(200, { number: OTHER, state: 'PLACED', order: `/orders/${OTHER}` }));
    const { checkout } = await browser.openAndLoad();
    assert.deepEqual([checkout.state, checkout.number, checkout.order], ['no-number', null, null]);
    const outcome = await browser.clock.until(checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number], ['placed', FIRST]);
  });

  for (const [name, reply] of Object.entries({
    'no answer': 'offline',
    'an unavailable store': () => problem(503, 'store-unavailable', 'same-request'),
    "a proxy's 404": () => new Response('<html>Not Found</html>', { status: 404 }),
  })) {
    test(`placed, and ${name} to the request for the order: placed without it`, async () => {
      const { browser, service, checkout } = await loaded();
      service.placeElsewhere(checkout.number);
      service.next('GET /orders/{number}', reply);
      const again = await browser.openAndLoad();
      assert.deepEqual([again.checkout.state, again.checkout.number, again.checkout.order], ['placed', FIRST, null]);
      again.window.dispatchEvent(new Event('focus'));
      await quiet();
      assert.equal(again.checkout.order.total, 4200);
    });
  }
});
