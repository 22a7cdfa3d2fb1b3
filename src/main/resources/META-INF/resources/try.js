// A demonstration of the promise, nothing more: a number is issued, and every click on "order" is sent under it.
const answers = document.getElementById('answers');
const issueButton = document.getElementById('issue');
const orderButton = document.getElementById('order');
let token;
let number;

function show(text) {
  const item = document.createElement('li');
  item.textContent = text;
  answers.append(item);
}

async function signIn() {
  const response = await fetch('/demo/sign-in', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ subject: `visitor-${crypto.randomUUID()}`, roles: ['buyer'] }),
  });
  if (!response.ok) throw new Error('The demo sign-in is not part of this service; use a token of its issuer with curl.');
  return (await response.json()).token;
}

issueButton.addEventListener('click', async () => {
  try {
    token ??= await signIn();
    const response = await fetch(`/order-numbers?checkout=${crypto.randomUUID()}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const answer = await response.json();
    show(`GET /order-numbers → ${response.status} ${answer.number ?? answer.title}`);
    number = answer.number;
    orderButton.disabled = !response.ok;
  } catch (failure) {
    show(failure.message);
  }
});

// Not disabled during the flight, on purpose: this page is there to be double-clicked.
orderButton.addEventListener('click', async () => {
  try {
    const response = await fetch('/orders', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        orderNumber: number,
        currency: 'EUR',
        total: 4200,
        lines: [{ productCode: 'tea-1', name: 'Green tea', quantity: 2, unitPrice: 2100 }],
      }),
    });
    const answer = await response.json();
    show(`POST /orders → ${response.status} ${answer.number ?? answer.title}, duplicated: ${answer.duplicated}`);
  } catch {
    show('POST /orders → no answer: unknown. Click again; it is the same number.');
  }
});
