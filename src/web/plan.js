// Whom to book for a budget, beside what one big creator would do: a picture for a slide, and the list behind it.
import { h, fill, num, usd, pct, compact, fixed, title, avatar, platformName, words, say, select, field, plural, initials } from './dom.js';
import { ask, address, curlBox, problemBox } from './api.js';
import { nicheField } from './niche.js';
import { creatorLink } from './results.js';
import { source } from './explain.js';
import { chart } from './charts.js';

const GOALS = [['', 'Engagement'], ['awareness', 'Awareness'], ['conversions', 'Conversions'], ['partnership', 'Partnership'], ['launch', 'Launch']];
const MADE = [['', 'A post'], ['story', 'A story'], ['reel', 'A reel'], ['video', 'A video']];
const METRIC = { engaged_people: ['engaged', 'people who engage'], net_reach: ['net_reach', 'people reached'], conversions: ['conversions', 'orders'] };
const [LEAST, MOST, STEPS] = [100, 50000, 100];
// The slider moves evenly in the logarithm; what it gives is rounded to a half of the second digit.
const toMoney = (v) => { const raw = LEAST * (MOST / LEAST) ** (v / STEPS); const unit = 5 * 10 ** (Math.floor(Math.log10(raw)) - 2); return Math.round(raw / unit) * unit; };
const toSlider = (usdAmount) => Math.round(STEPS * Math.log(Math.max(LEAST, Math.min(MOST, usdAmount)) / LEAST) / Math.log(MOST / LEAST));

// Discs whose area is what each brings, on one scale for both sides.
function discs(plan, big, metric) {
  const gains = plan.creators.map((c) => c.gain);
  const most = Math.max(big?.[metric] ?? 0, ...gains, 1);
  const sum = gains.reduce((a, b) => a + b, 0);
  const scale = Math.min(200 / Math.sqrt(most), 300 / Math.sqrt(Math.max(sum, 1)));
  const disc = (value, props, text) => {
    const size = Math.max(14, scale * Math.sqrt(Math.max(0, value)));
    const el = h(props.href ? 'a' : 'span', props, size > 44 ? text : '');
    el.style.setProperty('width', `${size}px`);
    el.style.setProperty('height', `${size}px`);
    return el;
  };
  return {
    plan: h('div', { className: 'circles' }, [...plan.creators].sort((a, b) => b.gain - a.gain).map((c) => disc(c.gain, { className: 'circle', href: `#/creator/${c.creator.id}?niche=${encodeURIComponent(plan.query.niche.resolved[0])}`, title: `${c.creator.name}: ${num(c.gain)}`, 'aria-label': `${c.creator.name}, brings ${num(c.gain)}` }, initials(c.creator.name)))),
    big: big && h('div', { className: 'circles' }, disc(big[metric], { className: 'circle one', title: `@${big.username ?? 'one big creator'}: ${num(big[metric])}` }, compact(big[metric]))),
  };
}

const cap = (text) => text[0].toUpperCase() + text.slice(1);
const figures = (pairs) => h('dl', { className: 'numbers' }, pairs.map(([k, v, small]) => h('div', {}, h('dt', {}, k), h('dd', {}, v, small && h('small', {}, small)))));

function ranges(plan, big, unit) {
  const rows = [['The plan', plan.expected.range], ...(big ? [['One big creator', big.range]] : [])];
  const label = rows.map(([who, r]) => `${who}: ${num(r.p10)} to ${num(r.p90)} ${unit}, in the middle ${num(r.p50)}`).join('; ');
  return chart((k) => ({
    type: 'bar', data: { labels: rows.map(([who]) => who), datasets: [
      { type: 'scatter', label: 'middle', order: 0, data: rows.map(([who, r]) => ({ x: r.p50, y: who })), backgroundColor: k.card, borderColor: k.card, pointRadius: 6, pointStyle: 'rectRot' },
      { label: 'eight times in ten', order: 1, data: rows.map(([, r]) => [r.p10, r.p90]), backgroundColor: rows.map((_, i) => (i ? k.warn : k.accent)), borderSkipped: false, borderRadius: 5, barThickness: 20 },
    ] },
    options: { indexAxis: 'y', scales: { x: { min: 0, title: { display: true, text: unit }, grid: { color: k.line }, ticks: { maxTicksLimit: 6, callback: (v) => compact(v) } }, y: { type: 'category', offset: true, grid: { display: false }, ticks: { color: k.ink } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (t) => (t.datasetIndex ? `${num(t.raw[0])} to ${num(t.raw[1])}` : num(t.raw.x)) } } } },
  }), { label, className: 'ranges' });
}

function headline(plan, big, metric, unit) {
  const mine = plan.expected[metric];
  const n = plural(plan.creators.length, 'creator');
  if (!big) return `${n} for ${usd(plan.cost.total_usd.mid)}: ${num(mine)} ${unit}.`;
  const times = mine / big[metric];
  const [plan_usd, big_usd] = [usd(plan.cost.total_usd.mid), usd(big.price_usd.mid)];
  if (big.wins) return `One big creator for ${big_usd} brings ${fixed(1 / times, 1)} times as many ${unit} as ${n} for ${plan_usd}.`;
  return `${n} for ${plan_usd} bring ${fixed(times, 1)} times as many ${unit} as one big creator for ${big_usd}.`;
}

function slide(plan, label) {
  const big = plan.big_creator;
  const [metric, unit] = METRIC[plan.query.maximises] ?? METRIC.engaged_people;
  const circle = discs(plan, big, metric);
  const cost = plan.cost.total_usd;
  return h('section', { className: 'card slide', 'aria-label': 'The plan beside one big creator' },
    h('div', {}, h('p', { className: 'muted' }, `${label}, ${usd(plan.query.budget_usd)}`), h('h2', {}, headline(plan, big, metric, unit))),
    h('div', { className: 'versus' },
      h('div', { className: 'side' }, circle.plan, h('h3', {}, `${plural(plan.creators.length, 'creator')} together`, big && !big.wins && h('span', { className: 'winner' }, ' – wins')),
        figures([['Cost', usd(cost.mid), `${usd(cost.low)} to ${usd(cost.high)}`], ['Net reach', num(plan.expected.net_reach), `after ${pct(plan.expected.overlap_discount, 0)} overlap`], [cap(unit), num(plan.expected[metric]), `${num(plan.expected.range.p10)} to ${num(plan.expected.range.p90)}`], ['Cost of one who engages', usd(plan.expected.usd_per_engaged)]])),
      h('div', { className: 'side' }, big ? [circle.big, h('h3', {}, big.username ? h('a', { href: `#/creator/${big.id}` }, `@${big.username}`) : 'One big creator', `, ${compact(big.followers)} followers`, big.wins && h('span', { className: 'winner' }, ' – wins')),
        figures([['Cost', usd(big.price_usd.mid), `${usd(big.price_usd.low)} to ${usd(big.price_usd.high)}, ${source(big.price_usd.source)}`], ['Net reach', num(big.net_reach)], [cap(unit), num(big[metric]), `${num(big.range.p10)} to ${num(big.range.p90)}`], ['Cost of one who engages', usd(big.usd_per_engaged)]])]
        : h('p', { className: 'muted' }, plan.verdict))),
    ranges(plan, big, unit),
    h('p', { className: 'muted small' }, 'A disc’s area is what it brings. Bars: eight of ten draws end between p10 and p90, the mark is the middle.', big ? ` ${cap(plan.verdict).replace(/\d{5,}/g, (n) => num(+n))}.` : ''));
}

function chosen(plan, csv) {
  const niche = plan.query.niche.resolved[0];
  return h('section', { className: 'card stack' }, h('div', { className: 'card-head' }, h('h2', {}, 'Whom to book'), h('a', { className: 'button', href: csv, download: 'plan.csv' }, 'Download CSV')),
    h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Whom to book' }, h('table', { className: 'plain' }, h('thead', {}, h('tr', {}, [['Creator', ''], ['Score', 'n'], ['Price', 'n'], ['Cost with handling', 'n'], ['Reach', 'n'], ['Adds', 'n'], ['Why', '']].map(([t, className]) => h('th', { scope: 'col', className }, t)))),
      h('tbody', {}, plan.creators.map((c) => h('tr', {}, h('th', { scope: 'row' }, h('div', { className: 'who-in' }, avatar(c.creator), h('div', {}, creatorLink(c.creator, niche), h('div', { className: 'muted small' }, `${platformName(c.creator.platform)} · ${num(c.creator.followers)}`)))),
        h('td', { className: 'n' }, fixed(c.score, 1)), h('td', { className: 'n' }, c.price_usd.low === c.price_usd.high ? usd(c.price_usd.mid) : `${usd(c.price_usd.low)} to ${usd(c.price_usd.high)}`, h('div', { className: 'muted small' }, source(c.price_usd.source))),
        h('td', { className: 'n' }, usd(c.cost_usd)), h('td', { className: 'n' }, num(c.reach)), h('td', { className: 'n' }, num(c.gain)), h('td', { className: 'prose small muted' }, [c.why[0], ...c.why.slice(1).slice(-1)].filter(Boolean).join('; '))))))));
}

function notes(plan) {
  const named = new Map(plan.creators.map((c) => [c.creator.id, c.creator.name]));
  const ask = plan.cost.ask_first;
  return h('div', { className: 'grid2' },
    h('section', { className: 'card stack' }, h('h2', {}, 'Before you book'),
      ask.length > 0 && h('div', {}, h('h3', {}, 'Ask these for a quote first'), h('ul', { className: 'small' }, ask.map((a) => h('li', {}, `${named.get(a.id) ?? a.username}: somewhere between ${usd(a.low_usd)} and ${usd(a.high_usd)}`)))),
      plan.cautions.length > 0 && h('ul', { className: 'cautions' }, plan.cautions.map((t) => h('li', {}, t))),
      h('p', { className: 'muted small' }, `Proven: at least ${pct(plan.proof.at_least)} of the best possible plan from ${plural(plan.proof.candidates, 'candidate')}.`)),
    h('section', { className: 'card' }, h('details', { className: 'plainly' }, h('summary', {}, `What is assumed (${plan.assumptions.length})`), h('ul', { className: 'small stack' }, plan.assumptions.map((a) => h('li', {}, h('strong', {}, words(a.name)), a.value !== null && ` ${a.value}`, `: ${a.note}`))))));
}

export function view(main) {
  let params = {}, running = null;
  const go = (changes) => { location.hash = '#' + address('/plan', { ...params, budget_usd: params.budget_usd ?? 2000, ...changes }); };
  const combo = nicheField({ choose: (text) => text && go({ niche: text }) });
  const out = h('output', { htmlFor: 'budget' });
  const slider = h('input', { type: 'range', id: 'budget', min: 0, max: STEPS, step: 1, name: 'budget_usd', 'data-key': 'budget',
    oninput: () => { out.textContent = usd(toMoney(+slider.value)); }, onchange: () => go({ budget_usd: toMoney(+slider.value) }) });
  const goal = select('goal', '', GOALS, { onchange: () => go({ goal: goal.value }) });
  const made = select('deliverable', '', MADE, { onchange: () => go({ deliverable: made.value }) });
  const country = h('input', { type: 'text', name: 'country', placeholder: 'any, or US,GB', onchange: () => go({ country: country.value.trim() }) });
  const platform = select('platform', '', [['', 'Any'], ['tiktok', 'TikTok'], ['instagram', 'Instagram'], ['youtube', 'YouTube']], { onchange: () => go({ platform: platform.value }) });
  const at_most = h('input', { type: 'number', min: 1, max: 50, placeholder: '50', onchange: () => go({ max_creators: at_most.value }) });
  const form = h('form', { className: 'card controls stack', onsubmit: (e) => { e.preventDefault(); if (combo.input.value.trim()) go({ niche: combo.input.value.trim() }); } },
    combo, h('div', { className: 'field' }, h('span', { className: 'label split' }, h('label', { htmlFor: 'budget' }, 'Budget'), out), slider), field('Goal', goal), field('Each makes', made),
    field('Country', country), field('Platform', platform), field('Creators at most', at_most));
  const results = h('div', { className: 'stack' });
  fill(main, h('div', { className: 'stack' }, h('h1', {}, 'Plan a budget'), form, results));

  async function draw() {
    running?.abort();
    running = new AbortController();
    const target = address('/plan', params);
    results.setAttribute('aria-busy', 'true');
    let plan;
    try {
      plan = await ask(target, { signal: running.signal });
    } catch (error) {
      if (error.name === 'AbortError') return;
      fill(results, problemBox(error, (hint, param) => go(param === 'niche' ? { niche: hint } : { [param]: null, [hint]: params[param] })), curlBox([target]));
      return;
    } finally {
      results.removeAttribute('aria-busy');
    }
    const label = plan.query.niche.resolved.map(title).join(' + ');
    const cheapest = plan.cheapest?.cost_usd;
    fill(results, plan.expected ? slide(plan, label) : h('section', { className: 'card diagnosis' }, h('h2', {}, 'No plan for this'), h('p', {}, plan.message), cheapest && h('p', {}, h('button', { type: 'button', className: 'primary', onclick: () => go({ budget_usd: Math.ceil(cheapest) }) }, `Plan with ${usd(cheapest)}`))),
      plan.expected && chosen(plan, address('/plan', { ...params, format: 'csv' })), plan.expected && notes(plan), curlBox([target]));
    document.title = `${label}, ${usd(plan.query.budget_usd)} – niched`;
    say(plan.expected ? results.querySelector('h2').textContent : plan.message);
  }

  return {
    update(next) {
      params = next;
      combo.input.value = params.niche ?? '';
      slider.value = toSlider(+(params.budget_usd ?? 2000));
      out.textContent = usd(+(params.budget_usd ?? 2000));
      [goal.value, made.value, country.value, platform.value, at_most.value] = [params.goal ?? '', params.deliverable ?? '', params.country ?? '', params.platform ?? '', params.max_creators ?? ''];
      if (!params.niche) return fill(results, h('p', { className: 'muted' }, 'Name a niche and a budget: the answer is the set of creators that does most for it, with what it would cost and reach, and what one big creator would do instead.'),
        h('p', { className: 'chips' }, ['vegan fitness', 'food', 'beauty', 'gaming'].map((n) => h('button', { type: 'button', className: 'chip', onclick: () => go({ niche: n }) }, n))));
      if (!params.budget_usd) params = { ...params, budget_usd: 2000 };
      return draw();
    },
    leave: () => running?.abort(),
  };
}
