// Compiled, never run: a shop's code with the types that openapi-typescript makes of the API description.
import type { components, operations, paths } from './api';

type Submission = components['schemas']['OrderSubmission'];
type Placed = paths['/orders']['post']['responses'][201]['content']['application/json'];
type Issued = operations['issueNumber']['responses'][200]['content']['application/json'];

export function submission(issued: Issued): Submission {
  return {
    orderNumber: issued.number,
    currency: 'EUR',
    total: 4200,
    lines: [{ productCode: 'tea-1', quantity: 2, unitPrice: 2100 }],
  };
}

export function isPaid(order: Placed): boolean {
  return order.state === 'PAID';
}

// @ts-expect-error a total is a number
export const wrong: Submission = { currency: 'EUR', total: '42.00', lines: [] };
