import assert from 'node:assert/strict';
import test, { describe } from 'node:test';

import { openCheckout } from '../../main/resources/META-INF/resources/order-once.js';
import { DRAFT, FakeBrowser, OTHER_DRAFT, json, problem, proxyError, quiet, tokenOf } from './fakes.js';

const FIRST = '000001-AAAAAA-AAAAAA';
const SECOND = '000002-AAAAAA-AAAAAA';

async function loaded(options) {
  const browser = new FakeBrowser();
  const tab = await browser.openAndLoad(options);
  const submit = (draft = DRAFT, more) => browser.clock.until(tab.checkout.submit(draft, more));
  return { browser, clock: browser.clock, service: browser.service, storage: browser.storage, tab, checkout: tab.checkout, submit };
}

describe('a checkout that goes well', () => {
  test('on load the number is fetched and kept', async () => {
    const { checkout, storage } = await loaded();
    assert.equal(checkout.state, 'ready');
    assert.equal(checkout.number, FIRST);
    assert.equal(storage.rows[0].number, FIRST);
    assert.equal(checkout.isDurable, true);
  });

  test('a submit is answered with the order', async () => {
    const { service, tab, checkout, submit } = await loaded();
    const outcome = await submit();
    assert.equal(outcome.outcome, 'placed');
    assert.equal(outcome.number, FIRST);
    assert.equal(outcome.order.total, 4200);
    assert.equal(outcome.duplicated, false);
    assert.equal(outcome.differs, false);
    assert.equal(checkout.state, 'placed');
    assert.equal(checkout.order.number, FIRST);
    assert.deepEqual(tab.states(), ['sending', 'placed']);
    assert.deepEqual(service.sent('POST /orders')[0].body, { ...DRAFT, orderNumber: FIRST, checkout: 'c1', acknowledgements: [] });
    assert.equal(service.sent('POST /orders')[0].headers['Content-Type'], 'application/json');
  });

  test('number and draft are kept before the request leaves', async () => {
    const { service, storage, submit } = await loaded();
    let kept;
    service.next('POST /orders', () => {
      [kept] = structuredClone(storage.rows);
      return json(201, { ...DRAFT, number: FIRST, duplicated: false });
    });
    await submit();
    assert.equal(kept.state, 'sending');
    assert.equal(kept.number, FIRST);
    assert.deepEqual(kept.draft, DRAFT);
  });

  test('what the page does to its draft after the click does not change what is sent', async () => {
    const { browser, service, checkout } = await loaded();
    const draft = structuredClone(DRAFT);
    const placing = checkout.submit(draft);
    draft.total = 1;
    await browser.clock.until(placing);
    assert.equal(service.sent('POST /orders')[0].body.total, 4200);
  });

  test('a checkout that was placed on another device leads to the order on load', async () => {
    const { browser, service, checkout } = await loaded();
    service.placeElsewhere(checkout.number);
    const again = await browser.openAndLoad();
    assert.equal(again.checkout.state, 'placed');
    assert.equal(again.checkout.order.total, 4200);
  });

  test('a placed checkout answers every further submit with its order, and reports whether the basket is another', async () => {
    const { service, submit } = await loaded();
    await submit();
    const same = await submit();
    assert.equal(same.outcome, 'placed');
    assert.equal(same.duplicated, true);
    assert.equal(same.differs, false);
    const other = await submit(OTHER_DRAFT);
    assert.equal(other.outcome, 'placed');
    assert.equal(other.differs, true);
    assert.equal(other.order.total, 4200);
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('a checkout that was placed under another number in the meantime returns that order', async () => {
    const { service, storage, checkout, submit } = await loaded();
    service.placeUnderAnotherNumber(checkout.number, SECOND);
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.number, outcome.order.number], ['placed', SECOND, SECOND]);
    assert.deepEqual([outcome.duplicated, outcome.differs, checkout.number], [true, false, SECOND]);
    assert.equal(storage.rows[0].number, SECOND);
    assert.equal((await submit()).number, SECOND);
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('so it does with another basket, which is refused', async () => {
    const { service, checkout, submit } = await loaded();
    service.placeUnderAnotherNumber(checkout.number, SECOND);
    const outcome = await submit(OTHER_DRAFT);
    assert.deepEqual([outcome.outcome, outcome.number, checkout.state], ['refused', SECOND, 'placed']);
    assert.equal(outcome.problem.order, `/orders/${SECOND}`);
    assert.equal(checkout.order.total, 4200);
  });

  test('other charges are another basket, other labels are not', async () => {
    const { submit } = await loaded();
    const charged = (label, amount) => ({ ...DRAFT, total: 4200 + amount, charges: [{ kind: 'SHIPPING', label, amount }] });
    await submit(charged('Express', 490));
    assert.equal((await submit(charged('Eilig', 490))).differs, false);
    assert.equal((await submit({ ...DRAFT, total: 4690 })).differs, true);
    assert.equal((await submit(charged('Express', 290))).differs, true);
  });

  test('so it does when the service is unavailable, or the checkout expired long ago', async () => {
    const { service, submit } = await loaded();
    await submit();
    service.forgetCheckouts();
    assert.equal((await submit()).number, FIRST);
    service.isDown = true;
    assert.equal((await submit()).number, FIRST);
    assert.equal(service.orders.size, 1);
  });

  test('nothing is left running afterwards', async () => {
    const { clock, submit } = await loaded();
    await submit();
    assert.equal(clock.timers, 0);
  });

  test('a base address with a path and a slash at its end', async () => {
    const { service, submit } = await loaded({ baseUrl: 'https://shop.example/api/' });
    await submit();
    assert.equal(service.requests[0].url, 'https://shop.example/api/order-numbers?checkout=c1');
  });
});

describe('clicks', () => {
  test('a double click shares one promise and one request', async () => {
    const { browser, service, checkout } = await loaded();
    const first = checkout.submit(DRAFT);
    assert.equal(checkout.submit(structuredClone(DRAFT)), first);
    assert.equal((await browser.clock.until(first)).outcome, 'placed');
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('ten clicks while the page still loads make one request', async () => {
    const browser = new FakeBrowser();
    const tab = await browser.open();
    const outcomes = await browser.clock.until(Promise.all(Array.from({ length: 10 }, () => tab.checkout.submit(DRAFT))));
    assert.deepEqual(new Set(outcomes.map(({ outcome, number }) => `${outcome} ${number}`)), new Set([`placed ${FIRST}`]));
    assert.equal(browser.service.sent('POST /orders').length, 1);
    assert.equal(browser.service.orders.size, 1);
  });

  test('lines in another order and other names are the same basket', async () => {
    const { checkout, service, browser } = await loaded();
    const lines = [{ productCode: 'a', quantity: 1, unitPrice: 5 }, { productCode: 'b', quantity: 2, unitPrice: 1 }];
    const first = checkout.submit({ currency: 'EUR', total: 7, lines });
    const renamed = lines.map((line) => ({ ...line, name: 'ein Name' })).reverse();
    assert.equal(checkout.submit({ currency: 'EUR', total: 7, lines: renamed }), first);
    await browser.clock.until(first);
    assert.equal(service.orders.size, 1);
  });

  test('another draft while one is in progress waits, and gets the order that was placed', async () => {
    const { browser, service, checkout } = await loaded();
    service.next('POST /orders', 'hang');
    const first = checkout.submit(DRAFT);
    const other = checkout.submit(OTHER_DRAFT);
    const outcomes = await browser.clock.until(Promise.all([first, other]));
    assert.deepEqual(outcomes.map(({ outcome, differs }) => [outcome, differs]), [['placed', false], ['placed', true]]);
    assert.equal(service.orders.size, 1);
  });
});

describe('no answer', () => {
  test('after a lost reply the request is repeated under the same number', async () => {
    const { service, tab, submit } = await loaded();
    service.next('POST /orders', 'lost');
    const outcome = await submit();
    assert.equal(outcome.outcome, 'placed');
    assert.equal(outcome.duplicated, true);
    assert.deepEqual(service.sent('POST /orders').map(({ body }) => body.orderNumber), [FIRST, FIRST]);
    assert.deepEqual(tab.states(), ['sending', 'unknown', 'sending', 'placed']);
    assert.equal(service.orders.size, 1);
  });

  test('15 s without an answer are unknown, and the same number is sent again', async () => {
    const { clock, service, checkout } = await loaded();
    service.next('POST /orders', 'late');
    const placing = checkout.submit(DRAFT);
    await clock.pass(14_999);
    assert.equal(checkout.state, 'sending');
    await clock.pass(1);
    assert.equal(checkout.state, 'unknown');
    assert.equal(service.sent('POST /orders')[0].signal.aborted, true);
    assert.equal((await checkout.unresolved()).length, 1);
    const outcome = await clock.until(placing);
    assert.equal(outcome.outcome, 'placed');
    assert.equal(outcome.duplicated, true);
    assert.equal(service.orders.size, 1);
  });

  test('timeoutMs says how long an answer is waited for', async () => {
    const { clock, service, checkout } = await loaded({ timeoutMs: 3000 });
    service.next('POST /orders', 'late');
    checkout.submit(DRAFT);
    await clock.pass(3000);
    assert.equal(checkout.state, 'unknown');
  });

  test("a proxy's 502 in HTML is unknown, and the request is repeated", async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', proxyError(), proxyError(504));
    assert.equal((await submit()).outcome, 'placed');
    assert.equal(service.sent('POST /orders').length, 3);
  });

  test("a captive portal's 200 in HTML is no order", async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', new Response('<html>Accept our terms</html>', { status: 200 }), json(200, { orders: [] }));
    const outcome = await submit();
    assert.equal(outcome.order.total, 4200);
    assert.equal(service.sent('POST /orders').length, 3);
  });

  test('a refusal without a readable retry is unknown, whatever its status', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', json(404, { error: 'no route' }), json(400, { retry: 'perhaps' }));
    assert.equal((await submit()).outcome, 'placed');
  });

  for (const advice of ['same', 'never again', '', null, ['never'], undefined]) {
    test(`${JSON.stringify(advice)} is no advice: neither refused nor not placed, and nothing is spent`, async () => {
      const { service, checkout, submit } = await loaded({ maxTries: 2 });
      const order = `/orders/${FIRST}`;
      service.next('POST /orders', ...Array(2).fill(() => problem(410, 'of-a-later-version', advice, { number: FIRST, order })));
      const outcome = await submit();
      assert.deepEqual([outcome.outcome, outcome.number, outcome.problem], ['unknown', FIRST, undefined]);
      assert.equal(checkout.state, 'unknown');
      assert.equal(service.sent('POST /orders').length, 2);
      assert.equal((await submit()).number, FIRST);
    });
  }

  test('tries are bounded; then the row stays unresolved', async () => {
    const { service, storage, checkout, submit } = await loaded();
    service.next('POST /orders', ...Array(5).fill('offline'));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.number], ['unknown', FIRST]);
    assert.equal(service.sent('POST /orders').length, 5);
    const [row] = await checkout.unresolved();
    assert.deepEqual([row.checkoutId, row.number, row.state, row.tries], ['c1', FIRST, 'unknown', 5]);
    assert.deepEqual(row.draft, DRAFT);
    assert.equal(storage.rows[0].state, 'unknown');
  });

  test('maxTries is a setting', async () => {
    const { service, submit } = await loaded({ maxTries: 2 });
    service.next('POST /orders', 'offline', 'offline');
    assert.equal((await submit()).outcome, 'unknown');
    assert.equal(service.sent('POST /orders').length, 2);
  });

  test('waits double, are random below that, and stop at 8 s', async () => {
    for (const [random, waits] of [[1, [500, 1000, 2000, 4000, 8000, 8000]], [0.5, [250, 500, 1000, 2000, 4000, 4000]]]) {
      const { clock, service, checkout } = await loaded({ maxTries: 7, environment: { random: () => random } });
      const at = [];
      const fail = () => {
        at.push(clock.elapsed);
        throw new TypeError('Failed to fetch');
      };
      service.next('POST /orders', ...Array(7).fill(fail));
      await clock.until(checkout.submit(DRAFT));
      assert.deepEqual(at.slice(1).map((time, i) => time - at[i]), waits);
    }
  });

  test('a submit after an unknown end sends the same number again', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', 'lost', ...Array(4).fill('offline'));
    assert.equal((await submit()).outcome, 'unknown');
    assert.equal((await submit()).outcome, 'placed');
    assert.equal(service.orders.size, 1);
    assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
  });

  test('500 and 503 are repeated, and unknown in the end, with the last problem', async () => {
    const { service, submit } = await loaded();
    const silent = () => problem(503, 'store-unavailable', 'same-request', {}, { 'Retry-After': '1' });
    service.next('POST /orders', problem(500, 'internal-error', 'same-request'), silent, silent, silent, silent);
    const outcome = await submit();
    assert.equal(outcome.outcome, 'unknown');
    assert.equal(outcome.problem.type, '/problems/store-unavailable');
    assert.equal(outcome.retryAfterMs, 1000);
  });

  test('a refusal after an unanswered try does not make it refused', async () => {
    const { service, checkout, submit } = await loaded();
    service.next('POST /orders', 'offline', problem(403, 'not-allowed', 'never'));
    const outcome = await submit();
    assert.equal(outcome.outcome, 'unknown');
    assert.equal(outcome.problem.retry, 'never');
    assert.equal(checkout.state, 'unknown');
  });
});

describe('Retry-After', () => {
  const busy = (headers) => () => problem(503, 'overloaded', 'same-request', {}, headers);

  async function waited(headers) {
    const { clock, service, checkout } = await loaded();
    service.next('POST /orders', busy(headers));
    const begun = clock.elapsed;
    const outcome = await clock.until(checkout.submit(DRAFT));
    assert.equal(outcome.outcome, 'placed');
    return clock.elapsed - begun;
  }

  test('seconds are waited, and some more at random', async () => {
    assert.equal(await waited({ 'Retry-After': '7' }), 7250);
  });

  test("a date is read by the service's clock, though the browser's is wrong by a day", async () => {
    const headers = { 'Retry-After': 'Fri, 20 Nov 2026 09:00:04 GMT', Date: 'Fri, 20 Nov 2026 09:00:00 GMT' };
    assert.equal(await waited(headers), 4250);
  });

  test('a date in the past, or one that cannot be measured, is no reason to wait longer than usual', async () => {
    assert.equal(await waited({ 'Retry-After': 'Fri, 20 Nov 2026 08:00:00 GMT', Date: 'Fri, 20 Nov 2026 09:00:00 GMT' }), 250);
    assert.equal(await waited({ 'Retry-After': 'Fri, 20 Nov 2026 09:00:04 GMT' }), 250);
    assert.equal(await waited({ 'Retry-After': 'soon' }), 250);
  });

  test("a proxy's is honoured too", async () => {
    const { clock, service, checkout } = await loaded();
    service.next('POST /orders', proxyError(503, { 'Retry-After': '3' }));
    await clock.until(checkout.submit(DRAFT));
    assert.equal(clock.elapsed, 3250);
  });

  test('more than 30 s do not hold the page: unknown, with what to wait', async () => {
    const { clock, service, checkout } = await loaded();
    service.next('POST /orders', busy({ 'Retry-After': '31' }));
    const outcome = await clock.until(checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.retryAfterMs, clock.elapsed], ['unknown', 31_000, 0]);
  });

  test('a limit is waited for', async () => {
    const { service, checkout, submit } = await loaded();
    service.next('POST /orders', problem(429, 'limit-reached', 'same-request', {}, { 'Retry-After': '2' }));
    assert.equal((await submit()).outcome, 'placed');
    assert.equal(checkout.number, FIRST);
  });

  test('a limit that lasts is a refusal: nothing is unknown, and the number is kept', async () => {
    const { service, checkout, submit } = await loaded();
    service.next('POST /orders', problem(429, 'limit-reached', 'same-request', {}, { 'Retry-After': '600' }));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.number, outcome.retryAfterMs], ['refused', FIRST, 600_000]);
    assert.equal(checkout.state, 'ready');
    assert.deepEqual(await checkout.unresolved(), []);
  });
});

describe('same-request', () => {
  for (const [status, type] of [[408, 'request-timeout'], [409, 'key-in-flight'], [429, 'limit-reached'], [500, 'internal-error']]) {
    test(`${status} ${type} is repeated with the same body, also without Retry-After`, async () => {
      const { service, tab, submit } = await loaded();
      service.next('POST /orders', problem(status, type, 'same-request'));
      assert.deepEqual([(await submit()).outcome, tab.states().at(-1)], ['placed', 'placed']);
      const [first, second] = service.sent('POST /orders');
      assert.deepEqual(second.body, first.body);
    });
  }

  test('tries are bounded: below 500 it is a refusal then, and the number is kept', async () => {
    const { service, checkout, submit } = await loaded({ maxTries: 2 });
    service.next('POST /orders', ...Array(2).fill(() => problem(429, 'limit-reached', 'same-request')));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.problem.type], ['refused', '/problems/limit-reached']);
    assert.deepEqual([checkout.state, checkout.number], ['ready', FIRST]);
  });

  test('it is also repeated for the number', async () => {
    const browser = new FakeBrowser();
    browser.service.next('GET /order-numbers', ...Array(2).fill(() => problem(429, 'limit-reached', 'same-request')));
    const tab = await browser.openAndLoad();
    assert.equal((await browser.clock.until(tab.checkout.submit(DRAFT))).number, FIRST);
  });
});

describe('after-change', () => {
  test('it is not repeated by itself, whatever the status and Retry-After: the number stays usable', async () => {
    for (const status of [400, 401, 409, 428]) {
      const { service, checkout, submit } = await loaded();
      service.next('POST /orders', problem(status, 'corrected-by-the-page', 'after-change', {}, { 'Retry-After': '1' }));
      const outcome = await submit();
      assert.deepEqual([outcome.outcome, outcome.number, outcome.problem.retry], ['refused', FIRST, 'after-change']);
      assert.equal(service.sent('POST /orders').length, 1);
      assert.deepEqual([checkout.state, checkout.number], ['ready', FIRST]);
      assert.equal(service.sent('DELETE /order-numbers/{number}').length, 0);
    }
  });

  test('a lookalike that has a state is not repeated, whatever Retry-After says', async () => {
    const { service, submit } = await loaded();
    const earlier = { earlier: '000000-BBBBBB-BBBBBB', state: 'PAID' };
    service.next('POST /orders', problem(409, 'lookalike', 'after-change', earlier, { 'Retry-After': '1' }));
    assert.equal((await submit()).outcome, 'question');
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('a confirmation needs the advice: same-request is repeated and never a question', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', problem(428, 'large-amount', 'same-request', { total: 4200, currency: 'EUR' }));
    assert.equal((await submit()).outcome, 'placed');
    assert.equal(service.sent('POST /orders').length, 2);
  });
});

describe('new-number', () => {
  test('new-key is as final: a new number is fetched and sent', async () => {
    const { service, tab, submit } = await loaded();
    service.spend(FIRST, 'VOIDED');
    service.next('POST /orders', problem(400, 'key-collides', 'new-key'));
    assert.equal((await submit()).number, SECOND);
    assert.deepEqual(tab.states().slice(0, 2), ['sending', 'not-placed']);
  });

  test('an expired number is final: a new one is fetched for the same checkout and sent by itself', async () => {
    const { service, tab, submit } = await loaded();
    service.spend(FIRST, 'EXPIRED');
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.number], ['placed', SECOND]);
    assert.deepEqual(service.sent('GET /order-numbers').map(({ searchParams }) => searchParams.get('checkout')), ['c1', 'c1']);
    assert.deepEqual(tab.changes.map(({ number, state }) => [number, state]), [
      [FIRST, 'sending'], [FIRST, 'not-placed'], [SECOND, 'ready'], [SECOND, 'sending'], [SECOND, 'placed'],
    ]);
  });

  test('the new number is kept with the draft before it is sent', async () => {
    const { service, storage, submit } = await loaded();
    service.spend(FIRST, 'EXPIRED');
    service.next('POST /orders', problem(410, 'number-expired', 'new-number'), () => {
      assert.deepEqual(storage.rows.map(({ number, state, draft }) => [number, state, draft]), [[SECOND, 'sending', DRAFT]]);
      return json(201, { ...DRAFT, number: SECOND, duplicated: false });
    });
    assert.equal((await submit()).outcome, 'placed');
  });

  test('number-unknown is final too', async () => {
    const { service, submit } = await loaded();
    service.numbers.get(FIRST).spent = 'VOIDED';
    service.next('POST /orders', problem(400, 'number-unknown', 'new-number'));
    assert.equal((await submit()).number, SECOND);
  });

  test('the next number is also requested again without an answer', async () => {
    const { service, submit } = await loaded();
    service.spend(FIRST, 'VOIDED');
    service.next('GET /order-numbers', 'offline', proxyError());
    assert.equal((await submit()).number, SECOND);
  });

  test('three spent numbers in a row end it', async () => {
    const { service, tab, checkout, submit } = await loaded();
    service.next('POST /orders', ...Array(3).fill(() => problem(410, 'number-forgotten', 'new-number')));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.problem.retry], ['refused', 'new-number']);
    assert.equal(checkout.state, 'not-placed');
    assert.equal(service.sent('POST /orders').length, 3);
    assert.deepEqual(tab.states().slice(0, 4), ['sending', 'not-placed', 'ready', 'sending']);
  });

  test('if the checkout was placed in the meantime, its order is the result', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', () => {
      service.placeElsewhere(FIRST);
      return problem(410, 'number-forgotten', 'new-number');
    });
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.number, outcome.duplicated], ['placed', FIRST, true]);
    assert.equal(service.sent('POST /orders').length, 1);
  });
});

describe('never, and refusals that repeating does not help', () => {
  test('another order under the number: the page gets its number, and the checkout is placed', async () => {
    const { service, checkout, submit } = await loaded();
    service.placeElsewhere(FIRST);
    const outcome = await submit({ ...OTHER_DRAFT });
    assert.equal(outcome.outcome, 'refused');
    assert.equal(outcome.problem.order, `/orders/${FIRST}`);
    assert.equal(outcome.problem.mismatch[0].field, 'total');
    assert.equal(checkout.state, 'placed');
    assert.equal(checkout.order.total, 4200);
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('never is not repeated', async () => {
    const { service, checkout, submit } = await loaded();
    service.next('POST /orders', problem(403, 'not-allowed', 'never'));
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.problem.type], ['refused', '/problems/not-allowed']);
    assert.equal(service.sent('POST /orders').length, 1);
    assert.equal(checkout.state, 'ready');
  });

  test('retry is obeyed, not the status: a 503 that says never is not repeated', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', problem(503, 'closed-for-good', 'never'));
    assert.equal((await submit()).outcome, 'unknown');
    assert.equal(service.sent('POST /orders').length, 1);
  });

  for (const [status, type] of [[400, 'body-invalid'], [413, 'body-too-large'], [415, 'media-type-not-supported']]) {
    test(`${status} ${type} is returned to the page; corrected, it is sent under the same number`, async () => {
      const { service, submit } = await loaded();
      service.next('POST /orders', problem(status, type, 'after-change', { violations: [{ field: 'total', message: 'wrong' }] }));
      const refused = await submit({ ...DRAFT, total: 1 });
      assert.deepEqual([refused.outcome, refused.number], ['refused', FIRST]);
      assert.equal(refused.problem.violations[0].field, 'total');
      const placed = await submit();
      assert.deepEqual([placed.outcome, placed.number], ['placed', FIRST]);
      assert.equal(service.sent('POST /orders').length, 2);
    });
  }
});

describe('questions', () => {
  const EARLIER = '000000-BBBBBB-BBBBBB';
  const yes = (acknowledgements, kind) => acknowledgements.some((each) => each.kind === kind);

  function askLookalike({ acknowledgements }) {
    if (yes(acknowledgements, 'SECOND_ORDER')) return undefined;
    return problem(409, 'lookalike', 'after-change', { earlier: EARLIER, order: `/orders/${EARLIER}`, state: 'PAID', age: 40 });
  }

  function askLargeAmount({ acknowledgements, total }) {
    if (yes(acknowledgements, 'LARGE_AMOUNT')) return undefined;
    return problem(428, 'large-amount', 'after-change', { total, currency: 'EUR' });
  }

  test('a lookalike comes back as a value, and is answered under the same number', async () => {
    const { service, checkout, submit } = await loaded();
    service.rules.push(askLookalike);
    const question = await submit();
    assert.deepEqual(
      { ...question, problem: undefined },
      {
        outcome: 'question', kind: 'lookalike', number: FIRST, earlier: EARLIER, order: `/orders/${EARLIER}`, state: 'PAID', age: 40,
        problem: undefined,
        acknowledgement: { kind: 'SECOND_ORDER', earlier: EARLIER },
        acknowledgements: [{ kind: 'SECOND_ORDER', earlier: EARLIER }],
      },
    );
    assert.deepEqual(JSON.parse(JSON.stringify(question)), question);
    assert.equal(checkout.state, 'ready');
    const placed = await submit(DRAFT, { acknowledgements: [question.acknowledgement] });
    assert.deepEqual([placed.outcome, placed.number], ['placed', FIRST]);
    assert.deepEqual(placed.order.acknowledgements, [{ kind: 'SECOND_ORDER', earlier: EARLIER }]);
  });

  test('two questions, one after the other: the second carries the answer to the first', async () => {
    const { service, submit } = await loaded();
    service.rules.push(askLookalike, askLargeAmount);
    const first = await submit();
    const second = await submit(DRAFT, first);
    assert.deepEqual([second.kind, second.total, second.currency], ['large-amount', 4200, 'EUR']);
    const placed = await submit(DRAFT, second);
    assert.equal(placed.outcome, 'placed');
    assert.deepEqual(placed.order.acknowledgements.map(({ kind }) => kind), ['SECOND_ORDER', 'LARGE_AMOUNT']);
  });

  test('a lookalike that is still being placed is waited for, not a question', async () => {
    const { service, submit } = await loaded();
    const stillInProgress = () => problem(409, 'lookalike', 'after-change', { earlier: EARLIER }, { 'Retry-After': '1' });
    service.rules.push(askLookalike);
    service.next('POST /orders', stillInProgress, stillInProgress);
    const question = await submit();
    assert.deepEqual([question.outcome, question.state], ['question', 'PAID']);
    assert.equal(service.sent('POST /orders').length, 3);
  });

  test('if it stays so, the question has no state', async () => {
    const { service, submit } = await loaded({ maxTries: 2 });
    const stillInProgress = () => problem(409, 'lookalike', 'after-change', { earlier: EARLIER }, { 'Retry-After': '1' });
    service.next('POST /orders', stillInProgress, stillInProgress);
    const question = await submit();
    assert.deepEqual([question.outcome, question.state], ['question', undefined]);
  });

  test("a lookalike's link is to the earlier order: this checkout is not placed", async () => {
    const { service, checkout, submit } = await loaded();
    service.rules.push(askLookalike);
    await submit();
    assert.equal(checkout.state, 'ready');
    assert.equal(checkout.order, null);
  });

  test('a question after an unanswered try is still returned, and the row stays unresolved until it is answered', async () => {
    const { service, checkout, submit } = await loaded();
    service.rules.push(askLargeAmount);
    service.next('POST /orders', 'offline');
    const question = await submit();
    assert.equal(question.kind, 'large-amount');
    assert.equal(checkout.state, 'unknown');
    assert.equal((await submit(DRAFT, question)).outcome, 'placed');
  });

  test('a problem of that type without what the answer needs is shown as it is', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', problem(409, 'lookalike', 'after-change'));
    assert.equal((await submit()).outcome, 'refused');
  });

  test('retry is obeyed here too: never is no question', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', problem(409, 'lookalike', 'never', { earlier: EARLIER }));
    assert.equal((await submit()).outcome, 'refused');
  });

  test('a gateway may make the type an absolute address', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', problem(428, 'large-amount', 'after-change', { type: 'https://shop.example/problems/large-amount' }));
    const question = await submit();
    assert.deepEqual(question.acknowledgement, { kind: 'LARGE_AMOUNT', total: 4200 });
  });
});

describe('the token', () => {
  test('a function is called for each request', async () => {
    let asked = 0;
    const token = async () => {
      asked++;
      return tokenOf('alice');
    };
    const { service, submit } = await loaded({ token });
    await submit();
    assert.equal(asked, service.requests.length + 1, 'and once to identify the buyer');
  });

  test('after a refused token the function is called again, once, and the order is placed', async () => {
    const asked = [];
    const token = async ({ wasRefused }) => {
      asked.push(wasRefused);
      return tokenOf('alice');
    };
    const { service, submit } = await loaded({ token });
    service.next('POST /orders', problem(401, 'not-signed-in', 'after-change'));
    assert.equal((await submit()).outcome, 'placed');
    assert.deepEqual(asked.slice(-2), [false, true]);
  });

  test('refused twice, it is the page that signs in again; the number is kept', async () => {
    const { service, checkout, submit } = await loaded({ token: async () => tokenOf('alice') });
    const refusal = () => problem(401, 'not-signed-in', 'after-change');
    service.next('POST /orders', refusal, refusal);
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.number, outcome.problem.status], ['refused', FIRST, 401]);
    assert.equal(checkout.state, 'ready');
    assert.equal((await submit()).number, FIRST);
  });

  test('a token that is a string cannot be refreshed: one request', async () => {
    const { service, submit } = await loaded();
    service.next('POST /orders', problem(401, 'not-signed-in', 'after-change'));
    assert.equal((await submit()).outcome, 'refused');
    assert.equal(service.sent('POST /orders').length, 1);
  });

  test('no token: nothing is sent, and the page gets the reason', async () => {
    const failure = new Error('signed out');
    let isSignedIn = true;
    const token = async () => {
      if (isSignedIn) return tokenOf('alice');
      throw failure;
    };
    const { service, checkout, submit } = await loaded({ token });
    isSignedIn = false;
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.problem.type, outcome.problem.cause], ['refused', 'order-once:no-token', failure]);
    assert.equal(outcome.problem.retry, 'after-change');
    assert.equal(service.sent('POST /orders').length, 0);
    assert.equal(checkout.state, 'ready');
  });

  test("another buyer's token is not used", async () => {
    let subject = 'alice';
    const { service, submit } = await loaded({ token: async () => tokenOf(subject) });
    subject = 'bob';
    const outcome = await submit();
    assert.deepEqual([outcome.outcome, outcome.problem.type], ['refused', 'order-once:another-buyer']);
    assert.equal(service.sent('POST /orders').length, 0);
  });
});

describe('no number', () => {
  test('a page that loads offline gets its number when it is online', async () => {
    const browser = new FakeBrowser();
    browser.service.isDown = true;
    const tab = await browser.openAndLoad();
    assert.deepEqual([tab.checkout.state, tab.checkout.number], ['no-number', null]);
    browser.service.isDown = false;
    tab.window.dispatchEvent(new Event('online'));
    await quiet();
    assert.deepEqual([tab.checkout.state, tab.checkout.number], ['ready', FIRST]);
  });

  test('a submit without a number fetches one', async () => {
    const browser = new FakeBrowser();
    browser.service.next('GET /order-numbers', 'offline', 'offline');
    const tab = await browser.openAndLoad();
    assert.equal((await browser.clock.until(tab.checkout.submit(DRAFT))).outcome, 'placed');
  });

  test('without a number nothing was ordered, and that is not called unknown', async () => {
    const browser = new FakeBrowser();
    browser.service.isDown = true;
    const tab = await browser.openAndLoad();
    const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.number, outcome.problem.type], ['refused', null, 'order-once:no-number']);
    assert.equal(outcome.problem.retry, 'same-request');
    assert.deepEqual(await tab.checkout.unresolved(), []);
    assert.equal(browser.service.sent('POST /orders').length, 0);
  });

  test("a 503 for the number does not become the order's", async () => {
    const browser = new FakeBrowser();
    browser.service.next('GET /order-numbers', ...Array(6).fill(() => problem(503, 'store-unavailable', 'same-request')));
    const tab = await browser.openAndLoad();
    const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
    assert.equal(outcome.problem.type, 'order-once:no-number');
  });

  test('a refusal of the number is returned unchanged', async () => {
    const browser = new FakeBrowser();
    const refusal = () => problem(403, 'not-allowed', 'never');
    browser.service.next('GET /order-numbers', refusal, refusal);
    const tab = await browser.openAndLoad();
    const outcome = await browser.clock.until(tab.checkout.submit(DRAFT));
    assert.deepEqual([outcome.outcome, outcome.problem.type], ['refused', '/problems/not-allowed']);
  });
});

describe("a page's mistakes", () => {
  const options = { baseUrl: 'https://shop.example', checkoutId: 'c1', token: 't' };
  const wrong = {
    'no address': { baseUrl: undefined },
    'no checkout': { checkoutId: undefined },
    'an empty checkout': { checkoutId: '' },
    'a checkout with a space': { checkoutId: 'a b' },
    'a checkout that is too long': { checkoutId: 'x'.repeat(129) },
    'no token': { token: undefined },
    'an empty buyer': { buyer: '' },
    'no time': { timeoutMs: 0 },
    'no tries': { maxTries: 0 },
  };
  for (const [name, mistake] of Object.entries(wrong)) {
    test(`${name}: TypeError`, () => assert.rejects(openCheckout({ ...options, ...mistake }), TypeError));
  }

  for (const draft of [undefined, {}, { lines: 'tea' }, { lines: [null] }]) {
    test(`submit(${JSON.stringify(draft)}): TypeError, and nothing is sent`, async () => {
      const { service, checkout } = await loaded();
      await assert.rejects(checkout.submit(draft), TypeError);
      assert.equal(service.sent('POST /orders').length, 0);
    });
  }

  test('acknowledgements that are no list: TypeError', async () => {
    const { checkout } = await loaded();
    await assert.rejects(checkout.submit(DRAFT, { acknowledgements: { kind: 'LARGE_AMOUNT' } }), TypeError);
  });

  test('a token function that fails when the page opens is reported to the page', async () => {
    const failure = new Error('not signed in');
    const token = async () => {
      throw failure;
    };
    await assert.rejects(openCheckout({ ...options, token }), failure);
  });
});
