// Support's page: statistics, suspected duplicates, disputes, unsettled payments, and the search of orders.

import { showDisputes } from '../staff/disputes.js';
import { showOrderSearch } from '../staff/order-search.js';
import { openPage } from '../staff/page.js';
import { showStatistics } from './statistics.js';
import { showSuspicions } from './suspicions.js';
import { TEXTS } from './texts.js';
import { showUnsettled } from './unsettled.js';

await openPage({
  role: 'support',
  texts: TEXTS,
  open(staff) {
    showOrderSearch(staff);
    showSuspicions(staff);
    showDisputes(staff);
    showUnsettled(staff);
    showStatistics(staff.api);
  },
});
