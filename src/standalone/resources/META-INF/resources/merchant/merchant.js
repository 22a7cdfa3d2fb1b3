// The merchant's page: what is to be shipped, what is on hold, disputes, and the search of orders.

import { byId } from '../shared/dom.js';
import { onLanguage, text } from '../shared/language.js';
import { showDisputes } from '../staff/disputes.js';
import { HOLDS, holdText } from '../staff/history.js';
import { OrderList } from '../staff/order-list.js';
import { showOrderSearch } from '../staff/order-search.js';
import { openPage } from '../staff/page.js';
import { fillSelect } from '../staff/paged-list.js';
import { TEXTS } from './texts.js';

await openPage({
  role: 'merchant',
  texts: TEXTS,
  open(staff) {
    showWorklist(staff, 'to-ship', () => 'false');
    showOnHold(staff);
    showOrderSearch(staff);
    showDisputes(staff);
  },
});

/** @param hold returns the value of the search's filter `hold` */
function showWorklist(staff, name, hold) {
  const path = () => `/orders?state=PAID&hold=${hold()}&order=oldest`;
  const list = new OrderList(staff, { name, path, isDone: true });
  staff.work.addEventListener('change', () => list.refresh());
  list.restart();
  return list;
}

function showOnHold(staff) {
  const reason = byId('on-hold-reason');
  onLanguage(() =>
    fillSelect(reason, [['true', text('filter.all')], ...HOLDS.map((hold) => [hold, holdText(hold)])]),
  );
  const list = showWorklist(staff, 'on-hold', () => reason.value);
  reason.addEventListener('change', () => list.restart());
}
