// Creates elements. Strings become text nodes: no page ever parses a string as HTML.

/** Creates an element. Omits attributes that are false, null or undefined; a function (`onclick`) is a listener. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter(isShown));
  return made;
}

function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

/** Replaces the children of a container. The focus moves to the new element with the focused one's id. */
export function refill(container, ...children) {
  const { activeElement } = document;
  const id = container.contains(activeElement) ? activeElement.id : '';
  container.replaceChildren(...children.flat(Infinity).filter(isShown));
  if (id) (byId(id) ?? container).focus({ preventScroll: true });
}

const shownIn = new WeakMap();

/**
 * Updates a list to show these items. An unchanged item keeps its element, and so its focus and typed text.
 *
 * @param items `{ key, shown, build }`: `build` creates the element, again when `shown` changes
 */
export function follow(list, items) {
  const before = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach(({ key, shown, build }, index) => {
    const now = JSON.stringify(shown);
    const old = before.get(key);
    before.delete(key);
    let child = old;
    if (!old || shownIn.get(old) !== now) {
      child = build();
      child.dataset.key = key;
      shownIn.set(child, now);
      if (old) exchange(old, child);
    }
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
  before.forEach((child) => child.remove());
}

function exchange(old, fresh) {
  const { activeElement } = document;
  const id = old.contains(activeElement) ? activeElement.id : '';
  const { selectionStart, selectionEnd } = activeElement;
  old.replaceWith(fresh);
  const successor = id && byId(id);
  successor?.focus?.({ preventScroll: true });
  // A person who types continues where they were.
  if (successor && Number.isInteger(selectionStart)) successor.setSelectionRange(selectionStart, selectionEnd);
}

export function byId(id) {
  return document.getElementById(id);
}

/**
 * Runs the work while the button is disabled and marked busy. A disabled button loses the focus: afterwards it gets it
 * back, or its container does if the button is gone, unless the focus has moved elsewhere.
 */
export async function busyWhile(button, work) {
  const hadFocus = button === document.activeElement;
  const place = button.closest('[id][tabindex="-1"]')?.id;
  setBusy(button, true);
  try {
    return await work();
  } finally {
    const successor = button.isConnected ? button : byId(button.id);
    if (successor) setBusy(successor, false);
    if (hadFocus && document.activeElement === document.body)
      (successor ?? byId(place))?.focus({ preventScroll: true });
  }
}

export function setBusy(button, isBusy) {
  button.disabled = isBusy;
  button.setAttribute('aria-busy', String(isBusy));
}
