// Builds elements. Text stays text: nothing here, or anywhere in these pages, turns a string into HTML.

/** An element. Attributes that are false, null or undefined are left out; `onclick` and the like are listeners. */
export function element(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return dress(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function dress(made, attributes, children) {
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

/**
 * Puts other children in a container; who was at a control there, by keyboard perhaps, is at its successor after it.
 */
export function refill(container, ...children) {
  const { activeElement } = document;
  const id = container.contains(activeElement) ? activeElement.id : '';
  container.replaceChildren(...children.flat(Infinity).filter(isShown));
  if (id) (byId(id) ?? container).focus({ preventScroll: true });
}

const shownIn = new WeakMap();

/**
 * Makes a list show these items. An item that is what it was keeps its element, and so its focus and what is being
 * typed in it.
 *
 * @param items `{ key, shown, build }`: `build` makes the element anew when `shown` differs from what it was
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
  const id = old.contains(document.activeElement) ? document.activeElement.id : '';
  old.replaceWith(fresh);
  if (id) byId(id)?.focus({ preventScroll: true });
}

export function byId(id) {
  return document.getElementById(id);
}

/**
 * While the work runs, the button is disabled and says that it is busy. A button that is disabled loses the focus: it
 * gets it back, or what it stood in does if it is gone, unless the person has gone elsewhere meanwhile.
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
