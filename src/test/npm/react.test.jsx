// The hook of the packed package in React, with the fakes of the module's own tests. Bundled once for each version of React.

import './dom.js';

import assert from 'node:assert/strict';
import test, { afterEach, describe } from 'node:test';

import { useCheckout } from 'order-once/react';
import React, { act, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';

import { DRAFT, FakeBrowser, json, problem, quiet, tokenOf } from '../js/fakes.js';

/** React 19 and newer. */
const { Activity } = React;

const FIRST = '000001-AAAAAA-AAAAAA';
const SECOND = '000002-AAAAAA-AAAAAA';

/** Everything that was mounted, to be unmounted after the test. */
const mounted = [];

afterEach(async () => {
  for (const page of mounted.splice(0)) await page.unmount();
});

/** A page with one component that uses the hook. */
class Page {
  browser = new FakeBrowser();
  options;
  /** What the hook returned, rendering by rendering. */
  views = [];
  #root;
  #element = document.createElement('div');
  #isStrict;

  constructor({ isStrict = false, ...options } = {}) {
    this.#isStrict = isStrict;
    this.options = this.browser.newTab(options).options;
    mounted.push(this);
  }

  get view() { return this.views.at(-1); }
  get service() { return this.browser.service; }
  get text() { return this.#element.textContent; }

  element() {
    const probe = <Probe options={this.options} views={this.views} />;
    const view = Activity ? <Activity mode={this.options.mode}>{probe}</Activity> : probe;
    return this.#isStrict ? <StrictMode>{view}</StrictMode> : view;
  }

  async mount() {
    this.#root = createRoot(this.#element);
    await this.render();
    return this;
  }

  async hydrate(html) {
    this.#element.innerHTML = html;
    const errors = [];
    await act(async () => {
      this.#root = hydrateRoot(this.#element, this.element(), { onRecoverableError: (error) => errors.push(error) });
      await quiet();
    });
    return errors;
  }

  async render(options = this.options) {
    this.options = options;
    await this.act(() => this.#root.render(this.element()));
  }

  /** Runs an event handler, and everything that does not wait for a timer. */
  async act(run) {
    let result;
    await act(async () => {
      result = run();
      await quiet();
    });
    return result;
  }

  async pass(milliseconds) {
    await act(() => this.browser.clock.pass(milliseconds));
  }

  async unmount() {
    const root = this.#root;
    this.#root = undefined;
    if (root) await act(async () => root.unmount());
  }
}

function Probe({ options, views }) {
  const view = useCheckout(options);
  views.push(view);
  return <button onClick={() => view.submit(DRAFT)}>{`${view.state} ${view.number}`}</button>;
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve) => { parts.resolve = resolve; });
  return parts;
}

/** A class of channels, those that are open, and how many were made. */
function countedChannels() {
  const counted = { open: new Set(), made: 0 };
  counted.BroadcastChannel = class {
    constructor() {
      counted.open.add(this);
      counted.made++;
    }
    postMessage() {}
    close() { counted.open.delete(this); }
  };
  return counted;
}

/** Counts the listeners that are added to a target and not removed. */
class CountedTarget extends EventTarget {
  listeners = 0;

  addEventListener(type, listener, options) {
    this.listeners++;
    options?.signal?.addEventListener('abort', () => this.listeners--);
    super.addEventListener(type, listener, options);
  }
}

describe(`useCheckout in React ${React.version}`, () => {
  test('has a number soon after the component is mounted', async () => {
    const page = await new Page().mount();
    assert.deepEqual([page.views[0].state, page.views[0].number, page.views[0].isReady], ['no-number', null, false]);
    assert.deepEqual([page.view.state, page.view.number, page.view.isReady], ['ready', FIRST, true]);
    assert.equal(page.text, `ready ${FIRST}`);
  });

  test('makes one order of a double click, with one request', async () => {
    const page = await new Page().mount();
    const { submit } = page.view;
    const outcomes = await Promise.all(await page.act(() => [submit(DRAFT), submit(DRAFT)]));
    assert.deepEqual(outcomes.map(({ outcome, number }) => [outcome, number]), [['placed', FIRST], ['placed', FIRST]]);
    assert.equal(page.service.sent('POST /orders').length, 1);
    assert.equal(page.service.orders.size, 1);
    assert.deepEqual([page.view.state, page.view.outcome.outcome, page.view.isSubmitting], ['placed', 'placed', false]);
    assert.equal(page.view.order.total, 4200);
  });

  test('makes one order of clicks before the checkout is open', async () => {
    const signIn = deferred();
    const page = await new Page({ buyerToken: () => signIn.promise }).mount();
    const { submit } = page.view;
    await page.act(() => void Promise.all([submit(DRAFT), submit(DRAFT)]));
    assert.deepEqual([page.view.state, page.view.isSubmitting, page.service.requests.length], ['no-number', true, 0]);
    await page.act(() => signIn.resolve(tokenOf('alice')));
    assert.deepEqual([page.view.state, page.view.outcome.outcome], ['placed', 'placed']);
    assert.equal(page.service.sent('POST /orders').length, 1);
  });

  test('shows that a request is in flight, and no outcome meanwhile', async () => {
    const page = await new Page().mount();
    page.service.next('POST /orders', 'hang');
    await page.act(() => void page.view.submit(DRAFT));
    assert.deepEqual([page.view.state, page.view.isSubmitting, page.view.outcome], ['sending', true, null]);
    await page.pass(60_000);
    assert.deepEqual([page.view.state, page.view.isSubmitting, page.view.outcome.outcome], ['placed', false, 'placed']);
  });

  test('is busy until the last of its requests has ended', async () => {
    const page = await new Page().mount();
    page.service.next('POST /orders', 'hang');
    await page.act(() => void page.view.submit(DRAFT));
    await page.act(() => page.view.check(SECOND));
    assert.equal(page.view.isSubmitting, true);
    await page.pass(60_000);
    assert.deepEqual([page.view.isSubmitting, page.view.outcome.outcome], [false, 'placed']);
  });

  test('rejects a draft of the wrong shape, and can be used again', async () => {
    const page = await new Page().mount();
    await page.act(() => assert.rejects(page.view.submit({ total: 1 }), TypeError));
    assert.equal(page.view.isSubmitting, false);
    await page.act(() => page.view.submit(DRAFT));
    assert.equal(page.view.state, 'placed');
  });
});

describe(`a question in React ${React.version}`, () => {
  async function asked() {
    const page = await new Page().mount();
    page.service.rules.push(({ acknowledgements, total }) => {
      const isConfirmed = acknowledgements?.some(({ kind }) => kind === 'LARGE_AMOUNT');
      return isConfirmed ? undefined : problem(409, 'large-amount', 'after-change', { total, currency: 'EUR' });
    });
    await page.act(() => page.view.submit(DRAFT));
    return page;
  }

  test('is shown, and confirmed with the same draft and number', async () => {
    const page = await asked();
    assert.deepEqual([page.view.question.kind, page.view.question.total, page.view.state], ['large-amount', 4200, 'ready']);
    await page.act(() => page.view.confirm());
    assert.deepEqual([page.view.question, page.view.state, page.view.number], [null, 'placed', FIRST]);
    assert.deepEqual(page.service.sent('POST /orders')[1].body.acknowledgements, [{ kind: 'LARGE_AMOUNT', total: 4200 }]);
  });

  test('is dismissed without a request', async () => {
    const page = await asked();
    await page.act(() => page.view.dismiss());
    assert.deepEqual([page.view.question, page.view.outcome, page.view.state], [null, null, 'ready']);
    assert.equal(page.service.sent('POST /orders').length, 1);
  });

  test('cannot be confirmed if there is none', async () => {
    const page = await new Page().mount();
    await assert.rejects(page.view.confirm(), /no confirmation is required/);
    assert.equal(page.service.sent('POST /orders').length, 0);
  });
});

describe(`an unknown order in React ${React.version}`, () => {
  async function unknown(...faults) {
    const page = await new Page({ maxTries: 1 }).mount();
    page.service.next('POST /orders', ...faults);
    await page.act(() => page.view.submit(DRAFT));
    assert.deepEqual([page.view.state, page.view.outcome.outcome], ['unknown', 'unknown']);
    return page;
  }

  test('is found by a check', async () => {
    const page = await unknown('lost');
    await page.act(() => page.view.check(page.view.outcome.number));
    assert.deepEqual([page.view.state, page.view.outcome.outcome], ['placed', 'placed']);
  });

  test('is sent again by a retry, under the same number', async () => {
    const page = await unknown('offline');
    await page.act(() => page.view.retry(page.view.outcome.number));
    assert.deepEqual([page.view.state, page.view.outcome.outcome, page.view.number], ['placed', 'placed', FIRST]);
  });

  test('that a look-up finds is placed, and its outcome is no longer shown', async () => {
    const page = await unknown('lost');
    await page.act(() => page.view.lookUp(FIRST));
    assert.deepEqual([page.view.state, page.view.order.number, page.view.outcome], ['placed', FIRST, null]);
  });

  test('that is voided by itself is not shown as unknown', async () => {
    const page = await unknown('offline');
    await page.pass(5_000);
    assert.deepEqual([page.view.state, page.view.number, page.view.outcome], ['ready', SECOND, null]);
  });
});

describe(`the life of the component in React ${React.version}`, () => {
  /** Submits, and lets the service answer when the test says so: `service.answer()`. */
  async function inFlight(page) {
    const { service } = page;
    const response = deferred();
    service.next('POST /orders', () => response.promise);
    service.answer = () => {
      service.placeElsewhere(FIRST);
      response.resolve(json(201, { ...service.orders.get(FIRST), duplicated: false }));
    };
    let submit;
    await page.act(() => { submit = page.view.submit(DRAFT); });
    return { submit, views: page.views.length };
  }

  test('opens one checkout in strict mode, which mounts twice', async () => {
    const channels = countedChannels();
    const page = await new Page({ isStrict: true, environment: { BroadcastChannel: channels.BroadcastChannel } }).mount();
    assert.deepEqual([channels.made, page.service.sent('GET /order-numbers').length], [1, 1]);
    const { submit } = page.view;
    await page.act(() => [submit(DRAFT), submit(DRAFT)]);
    assert.equal(page.service.sent('POST /orders').length, 1);
    assert.deepEqual([page.view.state, page.view.number], ['placed', FIRST]);
  });

  test('leaves no listener, timer or channel when it is unmounted', async () => {
    const window = new CountedTarget();
    const document = Object.assign(new CountedTarget(), { visibilityState: 'visible' });
    const { open: channels, BroadcastChannel } = countedChannels();
    const page = await new Page({ isStrict: true, maxTries: 1, environment: { window, document, BroadcastChannel } }).mount();
    page.service.next('POST /orders', 'offline');
    await page.act(() => page.view.submit(DRAFT));
    assert.deepEqual([page.view.state, channels.size, document.listeners], ['unknown', 1, 1]);
    assert.ok(window.listeners > 0 && page.browser.clock.timers > 0);
    await page.unmount();
    assert.deepEqual([window.listeners, document.listeners, channels.size, page.browser.clock.timers], [0, 0, 0, 0]);
  });

  test('that is unmounted before the checkout is open leaves nothing either', async () => {
    const { open: channels, BroadcastChannel } = countedChannels();
    const signIn = deferred();
    const page = await new Page({ buyerToken: () => signIn.promise, environment: { BroadcastChannel } }).mount();
    await page.unmount();
    signIn.resolve(tokenOf('alice'));
    await page.pass(60_000);
    assert.equal(page.service.sent('GET /order-numbers').length, 1);
    assert.deepEqual([channels.size, page.browser.clock.timers], [0, 0]);
  });

  test('that is unmounted in flight finds its order when it is mounted again', async () => {
    const page = await new Page().mount();
    const { submit, views } = await inFlight(page);
    await page.unmount();
    page.service.answer();
    assert.equal((await submit).outcome, 'placed');
    await quiet();
    assert.equal(page.views.length, views);
    await page.mount();
    assert.deepEqual([page.view.state, page.view.order.number, page.view.isSubmitting], ['placed', FIRST, false]);
    assert.equal(page.service.sent('POST /orders').length, 1);
  });

  test('that is mounted again in flight shows its order when the answer arrives', async () => {
    const page = await new Page().mount();
    const { submit } = await inFlight(page);
    await page.unmount();
    await page.mount();
    assert.deepEqual([page.view.state, page.view.isReady, page.view.isSubmitting], ['sending', true, false]);
    await page.act(() => page.service.answer());
    assert.equal((await submit).outcome, 'placed');
    assert.deepEqual([page.view.state, page.view.order?.number], ['placed', FIRST]);
    assert.equal(page.service.sent('POST /orders').length, 1);
  });

  test('that is mounted again in flight finds its order without messages too', async () => {
    const page = await new Page({ environment: { BroadcastChannel: undefined, localStorage: undefined } }).mount();
    const { submit } = await inFlight(page);
    await page.unmount();
    await page.mount();
    await page.act(() => page.service.answer());
    assert.equal((await submit).outcome, 'placed');
    await page.pass(5_000);
    assert.deepEqual([page.view.state, page.view.order?.number], ['placed', FIRST]);
    assert.equal(page.service.sent('POST /orders').length, 1);
  });

  test('that is hidden in flight finds its order when it is shown again', { skip: !Activity }, async () => {
    const page = await new Page().mount();
    const { submit } = await inFlight(page);
    await page.render({ ...page.options, mode: 'hidden' });
    page.service.answer();
    assert.equal((await submit).outcome, 'placed');
    await quiet();
    await page.render({ ...page.options, mode: 'visible' });
    assert.deepEqual([page.view.state, page.view.outcome, page.view.isSubmitting], ['placed', null, false]);
    assert.equal(page.service.sent('POST /orders').length, 1);
  });

  test('shows nothing of the old checkout when it gets another one', async () => {
    const page = await new Page().mount();
    await page.act(() => page.view.submit(DRAFT));
    const from = page.views.length;
    await page.render({ ...page.options, checkoutId: 'c2' });
    assert.ok(page.views.slice(from).every(({ order, outcome, number }) => !order && !outcome && number !== FIRST));
    assert.deepEqual([page.view.state, page.view.number], ['ready', SECOND]);
  });

  test('does not mix an outcome of the old checkout into the new one', async () => {
    const page = await new Page().mount();
    page.service.next('POST /orders', 'hang');
    await page.act(() => void page.view.submit(DRAFT));
    await page.render({ ...page.options, checkoutId: 'c2' });
    await page.pass(60_000);
    assert.deepEqual([page.view.state, page.view.number, page.view.outcome, page.view.isSubmitting], ['ready', SECOND, null, false]);
    assert.equal(page.service.orders.size, 1);
  });

  test('repeats a request in flight with the token of its own buyer when it gets another one', async () => {
    const page = await new Page({ buyer: 'alice' }).mount();
    page.service.next('POST /orders', 'offline');
    await page.act(() => void page.view.submit(DRAFT));
    await page.render({ ...page.options, buyer: 'bob', token: tokenOf('bob') });
    await page.pass(60_000);
    const alice = `Bearer ${tokenOf('alice')}`;
    assert.deepEqual(page.service.sent('POST /orders').map(({ token }) => token), [alice, alice]);
    assert.equal(page.service.orders.size, 1);
    assert.deepEqual([page.view.state, page.view.number, page.view.outcome], ['ready', SECOND, null]);
  });

  test('keeps its checkout and its functions when only the token function is another one', async () => {
    const page = await new Page({ buyer: 'alice' }).mount();
    const { checkout, submit } = page.view;
    await page.render({ ...page.options, token: () => tokenOf('alice') });
    assert.equal(page.view.checkout, checkout);
    assert.equal(page.view.submit, submit);
    assert.equal(page.service.sent('GET /order-numbers').length, 1);
    const token = tokenOf('alice');
    await page.render({ ...page.options, token: () => `${token}-refreshed` });
    await page.act(() => page.view.submit(DRAFT));
    assert.equal(page.service.sent('POST /orders')[0].token, `Bearer ${token}-refreshed`);
  });

  test('reports options that are invalid, and rejects what is submitted', async () => {
    const page = await new Page({ checkoutId: 'not an id' }).mount();
    assert.ok(page.view.error instanceof TypeError);
    await page.act(() => assert.rejects(page.view.submit(DRAFT), TypeError));
    assert.equal(page.service.requests.length, 0);
  });
});

describe(`the server in React ${React.version}`, () => {
  test('renders without opening anything, and the page takes over', async () => {
    const page = new Page();
    const html = renderToString(page.element());
    await quiet();
    assert.match(html, /no-number null/);
    assert.equal(page.service.requests.length, 0);
    assert.deepEqual(await page.hydrate(html), []);
    assert.equal(page.text, `ready ${FIRST}`);
  });
});
