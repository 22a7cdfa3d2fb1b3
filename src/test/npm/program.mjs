// A program in Node that orders twice under one checkout with the packed package: program.mjs SERVICE TOKEN CHECKOUT. It prints
// the outcomes, and ends by itself.

import { openCheckout } from 'order-once';

const [baseUrl, token, checkoutId] = process.argv.slice(2);
const draft = { currency: 'EUR', total: 4200, lines: [{ productCode: 'tea-1', quantity: 2, unitPrice: 2100 }] };

const checkout = await openCheckout({ baseUrl, checkoutId, token });
const first = await Promise.all([checkout.submit(draft), checkout.submit(draft)]);
// As after a restart: nothing is stored, and the service knows the checkout.
const again = await openCheckout({ baseUrl, checkoutId, token });
const second = await again.submit(draft);

console.log(JSON.stringify({
  isDurable: checkout.isDurable,
  outcomes: [...first, second].map(({ outcome, number }) => ({ outcome, number })),
}));
