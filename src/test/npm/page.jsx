// A shop's page on another origin than the service: the address has the service, the token, the buyer and the checkout.

import { useCheckout } from 'order-once/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const { service, token, buyer, checkout: checkoutId } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const draft = { currency: 'EUR', total: 4200, lines: [{ productCode: 'tea-1', quantity: 2, unitPrice: 2100 }] };

function Pay() {
  const { state, number, outcome, submit } = useCheckout({ baseUrl: service, checkoutId, buyer, token });
  return (
    <>
      {/* Enabled all the time: the second click of a double click must reach the hook. */}
      <button data-testid="place" onClick={() => submit(draft)}>Place order</button>
      <output data-testid="state">{state}</output>
      <output data-testid="number">{number}</output>
      <output data-testid="outcome">{outcome?.outcome}</output>
    </>
  );
}

/** What the page can read of a response. */
window.read = async (path) => {
  const response = await fetch(service + path, { headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'k' } });
  const { status, headers } = response;
  const { type, retry } = await response.json();
  return { status, type, retry, retryAfter: headers.get('Retry-After'), date: headers.get('Date') };
};

createRoot(document.getElementById('root')).render(<StrictMode><Pay /></StrictMode>);
