// Checks that every metric and label of the rules and the dashboard exists, in a Prometheus that has scraped a running
// stack and has loaded the rules:
//
//   node metrics.mjs PROMETHEUS_ADDRESS DASHBOARD …
//
// Prints one line for each error, and exits with 1 if there is any.
import { readFileSync } from 'node:fs';

const [prometheus, ...dashboards] = process.argv.slice(2);
let wrong = 0;

function complain(what) {
  console.log(what);
  wrong++;
}

async function get(path) {
  return (await fetch(prometheus + path, { signal: AbortSignal.timeout(10_000) })).json();
}

async function query(expression) {
  const answer = await get('/api/v1/query?query=' + encodeURIComponent(expression));
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer.data.result;
}

async function expressions() {
  const found = [];
  for (const group of (await get('/api/v1/rules')).data.groups) {
    for (const rule of group.rules) {
      if (rule.health === 'err') complain(`${rule.name}: ${rule.lastError}`);
      found.push({ where: rule.name, expression: rule.query });
    }
  }
  if (found.length === 0) complain('Prometheus has no rules');
  for (const file of dashboards) {
    const dashboard = JSON.parse(readFileSync(file, 'utf8'));
    for (const panel of dashboard.panels) {
      for (const target of panel.targets ?? []) {
        // Grafana replaces them: by the panel's width, and by what is chosen above the dashboard (here all of it).
        const expression = target.expr
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('job=~"$job",namespace=~"$namespace"', '')
          .replaceAll('{,', '{');
        found.push({ where: panel.title, expression });
      }
    }
  }
  return found;
}

const WORDS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'offset',
  'bool', 'inf', 'nan', 'e', 's', 'm', 'h', 'd']);

// The metrics of an expression, each with the labels that the expression uses.
function selectors(expression) {
  const text = expression.replace(/"(\\.|[^"\\])*"/g, '""').replace(/\[[^\]]*\]/g, '');
  const grouping = /\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
  const found = [];
  for (const match of text.replace(grouping, '').matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\}|\()?/g)) {
    const [, name, after = ''] = match;
    if (after === '(' || WORDS.has(name.toLowerCase())) continue;
    const labels = [...after.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)/g)].map(label => label[1]);
    found.push({ name, labels });
  }
  return found;
}

const known = new Map();
const all = await expressions();
for (const { where, expression } of all) {
  try {
    await query(expression);
  } catch (refusal) {
    complain(`${where}: ${refusal.message}: ${expression}`);
  }
  for (const { name, labels } of selectors(expression)) {
    if (name === 'ALERTS') continue; // Prometheus' own, which exists while an alert is active
    for (const label of ['', ...labels]) {
      if (label !== '' && !known.get(name)) continue;
      const selector = label === '' ? name : `${name}{${label}!=""}`;
      if (!known.has(selector)) {
        const answer = await query(`count(${selector})`);
        known.set(selector, answer.length > 0);
        if (answer.length === 0) complain(`${where}: there is no ${selector}`);
      }
    }
  }
}
const names = [...known.keys()].filter(selector => !selector.includes('{'));
console.log(`${all.length} expressions, ${names.length} metrics, ${names.filter(name => known.get(name)).length} of them there`);
process.exit(wrong === 0 ? 0 : 1);
