/*
 * Dialogs that send a request. A dialog stays open, with everything that was typed, until the request has succeeded, so
 * that it can be repeated.
 */

import { explain } from '../shared/api.js';
import { field, openDialog } from '../shared/dialog.js';
import { element } from '../shared/dom.js';
import { fractionDigits, money, text } from '../shared/language.js';

/** The service's limit of a reason. */
export const LONGEST_REASON = 500;

/**
 * Resolves to the reply to the last request, or to null if none was sent. A dialog about something that has changed
 * meanwhile (412) closes: the person has to see the change first.
 *
 * @param fields the fields that must be valid before the request is sent
 * @param send sends the request; resolves to its reply
 * @param currency of the amounts in problems
 */
export async function ask({ id, title, content = [], fields = [], yes, look = 'primary', send, currency }) {
  const said = element('p', { role: 'alert', class: 'said said-bad', hidden: true, 'data-testid': 'ask-said' });
  let sent = Promise.resolve(null);
  await openDialog({
    id,
    title,
    content: [content, fields.map(({ part }) => part), said],
    actions: [
      { id: 'ask-no', label: text('ask.back'), value: null },
      {
        id: 'ask-yes',
        label: yes,
        look,
        value: async () => {
          if (!fields.every(({ isValid }) => isValid())) return undefined;
          said.hidden = true;
          sent = send();
          const reply = await sent;
          if (reply.isOk || reply.status === 412) return reply;
          said.textContent = failureOf(reply, currency);
          said.hidden = false;
          return undefined;
        },
      },
    ],
  });
  return sent;
}

/** Explains why a request failed; without a response of the service its outcome is unknown. */
export function failureOf({ status, body }, currency) {
  if (status === 0 || status >= 500) return text('ask.unknown');
  return explain(body, { left: body?.refundable >= 0 && currency ? money(body.refundable, currency) : '' });
}

/** A field for a reason. */
export function reasonField(label, { isRequired = true, initial = '', hint } = {}) {
  const control = element('textarea', {
    rows: 3,
    maxlength: LONGEST_REASON,
    required: isRequired,
    'data-testid': 'ask-reason',
  });
  control.value = initial;
  const value = () => control.value.trim();
  const check = () => control.setCustomValidity(isRequired && !value() ? text('ask.reason.missing') : '');
  control.addEventListener('input', check);
  return {
    part: field(label, control, hint),
    value,
    isValid: () => {
      check();
      return control.reportValidity();
    },
  };
}

/** What is left of the money of an order, in minor units. */
export function leftOf({ total, refunded = 0 }) {
  return total - refunded;
}

/** A field for an amount to refund: all that is left of the order's money, until the person changes it. */
export function amountField(order) {
  const { currency } = order;
  const digits = fractionDigits(currency);
  const left = leftOf(order);
  const control = element('input', {
    inputmode: 'decimal',
    autocomplete: 'off',
    required: true,
    value: (left / 10 ** digits).toFixed(digits),
    'data-testid': 'ask-amount',
  });
  const part = field(
    text('ask.amount', { currency }),
    control,
    text('ask.amount.left', { left: money(left, currency) }),
  );
  const value = () => minorOf(control.value, digits);
  const check = () => {
    const isWithin = value() >= 1 && value() <= left;
    control.setCustomValidity(isWithin ? '' : text('ask.amount.invalid', { left: money(left, currency) }));
  };
  control.addEventListener('input', check);
  return {
    part,
    value,
    isAll: () => value() === left,
    isValid: () => {
      check();
      return part.hidden || control.reportValidity();
    },
  };
}

/** Reads an amount with the digits of its currency, with a point or a comma; null if it is none. */
function minorOf(written, digits) {
  const [, whole, fraction = ''] = /^([0-9]{1,13})(?:[.,]([0-9]*))?$/.exec(written.trim()) ?? [];
  return whole === undefined || fraction.length > digits ? null : Number(whole + fraction.padEnd(digits, '0'));
}
