// Support's page: suspected duplicates, disputes, unsettled payments, orders, and the last hour.

import { showDisputes } from '../staff/disputes.js';
import { showSearch } from '../staff/orders.js';
import { openPage } from '../staff/page.js';
import { showStatistics } from './statistics.js';
import { showSuspicions } from './suspicions.js';
import { TEXTS } from './texts.js';
import { showUnsettled } from './unsettled.js';

await openPage({
  role: 'support',
  texts: TEXTS,
  tabs: [
    { name: 'suspicions', title: 'suspicions.title', open: showSuspicions },
    { name: 'disputes', title: 'disputes.title', open: showDisputes },
    { name: 'unsettled', title: 'unsettled.title', open: showUnsettled },
    { name: 'orders', aliases: ['search'], title: 'search.title', open: showSearch },
    { name: 'statistics', title: 'statistics.title', open: showStatistics },
  ],
});
