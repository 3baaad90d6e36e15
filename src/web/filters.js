// The filters beside the list. Each is a parameter of /match under its own name; facets say how many another choice would give.
import { h, fill, field, select, num, platformName, countryName, languageName, words } from './dom.js';

const COMPONENTS = ['relevance', 'engagement', 'authenticity', 'affordability', 'loyalty', 'freshness'];
const BANDS = { under_50: ['Below $50', null, 49.99], '50_100': ['$50 to $100', 50, 99.99], '100_250': ['$100 to $250', 100, 249.99], '250_500': ['$250 to $500', 250, 499.99],
  '500_1000': ['$500 to $1,000', 500, 999.99], from_1000: ['$1,000 and more', 1000, null] };
const TIERS = { nano: 'Nano, 1,000 to 9,999', micro: 'Micro, 10,000 to 100,000', under_1k: 'Below 1,000', over_100k: 'Above 100,000' };
const FACETS = {
  tier: ['Size', (v) => TIERS[v] ?? v], platform: ['Platform', platformName], country: ['Country', countryName], language: ['Language', languageName],
  price_band: ['Known price of a post', (v) => BANDS[v]?.[0] ?? words(v)],
};
export const FACET_NAMES = Object.keys(FACETS).join(',');
export const GOALS = [['', 'Default weights'], ['awareness', 'Awareness'], ['engagement', 'Engagement'], ['conversions', 'Conversions'],
  ['partnership', 'Partnership'], ['launch', 'Launch']];

// What is shown above the list for a filter that is set; null: it is no filter.
const CHIPS = {
  platform: platformName, country: (v) => v.split(',').map(countryName).join(' or '), language: (v) => v.split(',').map(languageName).join(' or '),
  tier: (v) => v, min_followers: (v) => `from ${num(+v)} followers`, max_followers: (v) => `to ${num(+v)} followers`, city: (v) => v,
  min_engagement_rate: (v) => `engagement from ${percent(v)} %`, last_post_days: (v) => `posted within ${v} days`, min_price_usd: (v) => `from $${v}`,
  max_price_usd: (v) => `to $${v}`, min_authenticity: (v) => `authenticity from ${v}`, min_confidence: (v) => `confidence from ${v}`,
  min_posts_per_week: (v) => `${v} posts a week or more`, has_contact: (v) => (v === 'true' ? 'with contact' : 'without contact'),
  verified: (v) => (v === 'true' ? 'verified' : 'not verified'), q: (v) => `says "${v}"`, goal: (v) => `goal ${v}`, weights: (v) => `weights ${v.replaceAll(':', ' ').replaceAll(',', ', ')}`,
  why_not: (v) => `asked for ${v}`, include: (v) => (v === 'related' ? 'with partial matches' : v),
};
const percent = (v) => (String(v).endsWith('pct') ? parseFloat(v) : Math.round(parseFloat(v) * 1000) / 10);

export function chips(params, go) {
  const set = Object.entries(params).filter(([name, v]) => name !== 'niche' && name !== 'cursor' && name !== 'page' && name !== 'sort_by' && name !== 'sort_order' && v !== '');
  if (!set.length) return null;
  return h('p', { className: 'chips', 'aria-label': 'Filters in force' }, set.map(([name, v]) =>
    h('button', { type: 'button', className: 'chip on', 'aria-label': `Remove filter: ${CHIPS[name]?.(v) ?? `${words(name)} ${v}`}`, onclick: () => go({ [name]: null }) },
      CHIPS[name]?.(v) ?? `${words(name)} ${v}`, h('span', { 'aria-hidden': 'true' }, ' ×'))),
  set.length > 1 && h('button', { type: 'button', className: 'link', onclick: () => go(Object.fromEntries(set.map(([name]) => [name, null]))) }, 'Remove all'));
}

const parts = (value) => (value ? value.split(',') : []);

function facetBox(facet, counts, params, go) {
  const [label, text] = FACETS[facet];
  const band = (v) => BANDS[v] ?? [v, null, null];
  const is = (v) => (facet === 'price_band' ? String(band(v)[1] ?? '') === (params.min_price_usd ?? '') && String(band(v)[2] ?? '') === (params.max_price_usd ?? '')
    : parts(params[facet]).includes(v));
  const press = (v) => {
    if (facet === 'price_band') return go(is(v) ? { min_price_usd: null, max_price_usd: null } : { min_price_usd: band(v)[1], max_price_usd: band(v)[2] });
    if (facet === 'tier') return go(is(v) ? { tier: null } : { tier: v, min_followers: null, max_followers: null });
    const now = parts(params[facet]).filter((x) => !x.startsWith('-'));
    return go({ [facet]: (now.includes(v) ? now.filter((x) => x !== v) : [...now, v]).join(',') });
  };
  const values = counts?.values ?? [];
  const missing = parts(params[facet]).filter((v) => !v.startsWith('-') && !values.some((x) => x.value === v)).map((value) => ({ value, count: 0 }));
  const known = [...values, ...missing].filter((v) => facet !== 'tier' || v.value in { nano: 1, micro: 1 });
  if (!known.length) return null;
  const most = Math.max(1, ...known.map((v) => v.count));
  const bar = (count) => { const b = h('span', { className: 'share', 'aria-hidden': 'true' }); b.style.setProperty('width', `${100 * count / most}%`); return b; };
  return h('fieldset', { className: 'facet' }, h('legend', {}, label), known.slice(0, 10).map(({ value, count }) =>
    h('label', { className: 'check' }, h('input', { type: 'checkbox', checked: is(value), 'data-key': `${facet}:${value}`, onchange: () => press(value) }),
      h('span', { className: 'grow' }, text(value), bar(count)), h('span', { className: 'n muted' }, num(count)))),
  counts?.unknown ? h('p', { className: 'muted small' }, `${num(counts.unknown)} not known`) : null);
}

const any = (list) => [['', 'Any'], ...list];

// go(changes): new parameters. Returns {element, sync(params), facets(counts, params)}.
export function filters(go) {
  const facetPart = h('div', { className: 'facets' });
  const controls = {};
  const number = (name, props) => (controls[name] = h('input', { type: 'number', name, ...props, onchange: (e) => go({ [name]: e.target.value }) }));
  const choice = (name, options) => (controls[name] = select(name, '', options, { onchange: (e) => go({ [name]: e.target.value }) }));
  const slider = (name, label, { max, step, show, put, take, rest }) => {
    const out = h('output', {});
    const input = h('input', { type: 'range', min: 0, max, step, name, 'data-key': name, 'aria-label': label,
      oninput: () => { out.textContent = show(+input.value); }, onchange: () => go({ [name]: +input.value === rest ? null : put(+input.value) }) });
    controls[name] = { set: (v) => { input.value = v === undefined ? rest : take(v); out.textContent = show(+input.value); } };
    return h('div', { className: 'field' }, h('span', { className: 'label split' }, h('span', {}, label), out), input);
  };
  const weights = Object.fromEntries(COMPONENTS.map((name) => {
    const out = h('output', {});
    const input = h('input', { type: 'range', min: 0, max: 5, step: 0.5, value: 1, 'data-key': `weight:${name}`, 'aria-label': `Weight of ${name}`,
      oninput: () => { out.textContent = `${input.value}×`; }, onchange: () => go(weigh()) });
    return [name, { input, out }];
  }));
  const weigh = () => ({ goal: null, weights: COMPONENTS.filter((c) => +weights[c].input.value !== 1).map((c) => `${c}:${weights[c].input.value}`).join(',') });
  const weightPart = h('details', { className: 'more' }, h('summary', {}, 'Weights'), h('p', { className: 'hint' }, '1× is the default; 0× takes a component out.'),
    COMPONENTS.map((name) => h('div', { className: 'field' }, h('span', { className: 'label split' }, h('span', {}, h('span', { className: `dot ${name}` }), words(name)), weights[name].out), weights[name].input)));

  const body = h('div', { className: 'filter-body' }, facetPart,
    slider('min_engagement_rate', 'Engagement rate from', { max: 20, step: 0.5, rest: 0, show: (v) => (v ? `${v} %` : 'any'), put: (v) => `${v}pct`, take: percent }),
    field('Last post', choice('last_post_days', any([['7', 'Within 7 days'], ['14', 'Within 14 days'], ['30', 'Within 30 days'], ['90', 'Within 90 days']]))),
    h('div', { className: 'pair' }, field('Followers from', number('min_followers', { min: 0, placeholder: '1,000' })), field('to', number('max_followers', { min: 0, placeholder: '100,000' }))),
    h('div', { className: 'pair' }, field('Price from, $', number('min_price_usd', { min: 0 })), field('to, $', number('max_price_usd', { min: 0 }))),
    weightPart,
    h('details', { className: 'more' }, h('summary', {}, 'More filters'),
      slider('min_authenticity', 'Authenticity from', { max: 1, step: 0.05, rest: 0.25, show: (v) => v.toFixed(2), put: String, take: Number }),
      field('Posts a week, at least', number('min_posts_per_week', { min: 0, step: 0.5 })),
      field('Words of name or bio', (controls.q = h('input', { type: 'text', name: 'q', onchange: (e) => go({ q: e.target.value }) }))),
      field('City', (controls.city = h('input', { type: 'text', name: 'city', onchange: (e) => go({ city: e.target.value }) }))),
      field('Contact in the profile', choice('has_contact', any([['true', 'Yes'], ['false', 'No']]))),
      field('Verified', choice('verified', any([['true', 'Yes'], ['false', 'No']]))),
      field('Partial matches', choice('include', [['', 'Left out'], ['related', 'Listed at the end']]))));
  const element = h('details', { className: 'filters', open: matchMedia('(min-width: 60rem)').matches }, h('summary', {}, 'Filters'), body);

  return {
    element,
    sync(params) {
      for (const [name, control] of Object.entries(controls)) {
        if (control.set) control.set(params[name]);
        else if (control !== document.activeElement || control.tagName === 'SELECT') control.value = params[name] ?? '';
      }
      const given = Object.fromEntries(parts(params.weights).map((w) => w.split(':')));
      for (const [name, { input, out }] of Object.entries(weights)) {
        input.value = given[name] ?? 1;
        out.textContent = `${input.value}×`;
      }
      if (params.weights) weightPart.open = true;
    },
    facets(counts, params) {
      fill(facetPart, Object.keys(FACETS).map((facet) => facetBox(facet, counts?.[facet], params, go)));
    },
  };
}
