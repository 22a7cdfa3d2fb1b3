// Modal dialogs and their fields.

import { busyWhile, element } from './dom.js';

let dialogs = 0;

/**
 * Opens a dialog. Resolves to the value of the chosen action, or to undefined if the dialog is closed (Escape).
 *
 * @param actions `{ id, label, value, look? }`, the safe one first: it gets the focus if there is no field. `value` may
 *   be a function, called when the action is chosen: the dialog is busy until it resolves, and stays open if it resolves
 *   to undefined
 */
export function openDialog({ id, title, content = [], actions }) {
  const opener = document.activeElement;
  const titleId = `dialog-${++dialogs}`;
  return new Promise((resolve) => {
    let chosen;
    const choose = async (button, { value }) => {
      if (typeof value === 'function') {
        const others = buttons.filter((each) => each !== button);
        others.forEach((each) => (each.disabled = true));
        chosen = await busyWhile(button, async () => value()).finally(() =>
          others.forEach((each) => (each.disabled = false)),
        );
      } else {
        chosen = value;
      }
      if (chosen !== undefined) dialog.close();
    };
    const buttons = actions.map((action) =>
      element(
        'button',
        {
          type: 'button',
          class: action.look,
          'data-testid': action.id,
          onclick: ({ currentTarget }) => choose(currentTarget, action),
        },
        action.label,
      ),
    );
    const dialog = element(
      'dialog',
      {
        'aria-labelledby': titleId,
        'data-testid': id,
        // What was typed stays until the outcome of a busy dialog is known.
        oncancel: (event) => buttons[0].disabled && event.preventDefault(),
      },
      element('h2', { id: titleId }, title),
      content,
      element('div', { class: 'actions' }, buttons),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (opener?.isConnected && !opener.disabled) opener.focus();
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector('input, textarea, select') ?? buttons[0]).focus();
  });
}

/** A labelled field. One that is rendered again while it has the focus needs a stable id. */
export function field(label, control, hint, id = `field-${++dialogs}`) {
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`);
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    control,
    hint && element('p', { id: `${id}-hint`, class: 'hint' }, hint),
  );
}
