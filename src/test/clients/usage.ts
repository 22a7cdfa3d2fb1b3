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

type Problem = components['schemas']['Problem'];
type Refused = paths['/orders']['post']['responses'][409]['content']['application/problem+json'];

// The type of a problem says which members it has; one that is not known here has those of all problems.
export function explanation(problem: Problem): string {
  switch (problem.type) {
    case '/problems/order-differs':
      return problem.mismatch.map((difference) => difference.field).join();
    case '/problems/order-on-hold':
      return problem.holds.join();
    case '/problems/limit-reached':
      return problem.limit;
    default:
      return problem.detail;
  }
}

export function earlier(refused: Refused): string | undefined {
  return refused.type === '/problems/lookalike' ? refused.earlier : undefined;
}

// @ts-expect-error only some problems have it
export const limit = (problem: Problem): string => problem.limit;

// @ts-expect-error a payment has an Idempotency-Key
export const headers: operations['payOrder']['parameters']['header'] = {};
