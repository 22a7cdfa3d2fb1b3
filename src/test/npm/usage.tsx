// Compiled, never run: a shop's code with the types of the packed package.
import { openCheckout, type Draft, type RowStorage, type SubmitOutcome } from 'order-once';
import { useCheckout } from 'order-once/react';
import type { ReactElement } from 'react';

const draft: Draft = {
  currency: 'EUR',
  total: 4200,
  lines: [{ productCode: 'tea-1', quantity: 2, unitPrice: 2100 }],
};

export async function order(storage: RowStorage): Promise<string | null> {
  const checkout = await openCheckout({ baseUrl: '', checkoutId: 'c1', token: async () => 'token', storage });
  checkout.addEventListener('change', ({ detail }) => detail.state === 'placed');
  let outcome: SubmitOutcome = await checkout.submit(draft);
  if (outcome.outcome === 'question') outcome = await checkout.submit(draft, outcome);
  return outcome.number;
}

export function Pay(): ReactElement {
  const { state, order: placed, outcome, question, isSubmitting, submit, confirm, check } = useCheckout({
    baseUrl: 'https://orders.shop.example',
    checkoutId: 'c1',
    buyer: 'alice',
    token: ({ wasRefused }) => (wasRefused ? 'new' : 'old'),
  });
  if (state === 'placed') return <p>{placed?.number}</p>;
  if (question?.kind === 'large-amount') return <button onClick={() => confirm()}>{question.total}</button>;
  if (outcome?.outcome === 'unknown') return <button onClick={() => check(outcome.number)}>Check</button>;
  return <button disabled={isSubmitting} onClick={() => submit(draft)}>Order</button>;
}

// @ts-expect-error a checkout has an id
openCheckout({ baseUrl: '', token: '' });

export function Wrong(): null {
  const view = useCheckout({ baseUrl: '', checkoutId: 'c1', token: '' });
  // @ts-expect-error the order may be absent
  view.order.number;
  // @ts-expect-error a total is a number
  view.submit({ ...draft, total: '42.00' });
  return null;
}
