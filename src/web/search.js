// The list: a niche, filters, the ranking and its picture. The address holds every parameter, under the name that /match gives it.
import { h, fill, num, pct, title, plural, say, platformName, select } from './dom.js';
import { ask, address, curlBox, problemBox } from './api.js';
import { nicheField } from './niche.js';
import { filters, chips, FACET_NAMES, GOALS } from './filters.js';
import { table, market, diagnosis } from './results.js';
import { whyNotAnswer, whyNotForm } from './why_not.js';
import { chart, usualRate } from './charts.js';

const SORTS = [['', 'Score'], ['followers', 'Followers'], ['engagement_rate', 'Engagement'], ['authenticity', 'Authenticity'], ['price', 'Known price'],
  ['follower_growth', 'Follower growth'], ['last_post', 'Last post']];
const EXAMPLES = ['vegan fitness', 'budget travel', '#plantbased', 'fitness vegano', 'vegan,comedy'];

// What the list asks for, of what the address says; `page` is for the ranks alone, the service goes by its cursor.
function question(params) {
  const include = ['evidence', ...(params.include ? [params.include] : [])].join(',');
  return address('/match', { ...params, page: null, explain: 'true', count: 'exact', facets: FACET_NAMES, include });
}

const goTo = (params) => { location.hash = '#' + address('/match', params); };

export function view(main) {
  let params = {}, running = null, benchmarks = null, niches = null;
  const go = (changes) => {
    const next = { ...params, cursor: null, page: null, ...changes };
    if (changes.sort_by) Object.assign(next, { weights: null, goal: null });
    if (changes.weights || changes.goal) Object.assign(next, { sort_by: null, sort_order: null });
    if (changes.goal) next.weights = null;
    goTo(next);
  };
  const combo = nicheField({ choose: (text) => text && go({ niche: text }), label: 'Niche, in any spelling', placeholder: 'vegan fitness' });
  const goal = select('goal', '', GOALS, { onchange: () => go({ goal: goal.value }) });
  const form = h('form', { className: 'searchbar', role: 'search', onsubmit: (e) => { e.preventDefault(); if (combo.input.value.trim()) go({ niche: combo.input.value.trim() }); } },
    combo, h('label', { className: 'field' }, h('span', { className: 'label' }, 'What the campaign is for'), goal), h('button', { type: 'submit', className: 'primary' }, 'Find'));
  const side = filters(go);
  const results = h('section', { className: 'results', 'aria-label': 'Results' });
  const hero = h('section', { className: 'hero' });
  const columns = h('div', { className: 'columns', hidden: true }, side.element, results);
  fill(main, hero, form, columns);

  async function landing() {
    columns.hidden = true;
    hero.hidden = false;
    main.classList.add('landing');
    fill(hero, h('h1', {}, 'Which niche?'), h('p', { className: 'muted' }, 'Creators with 1,000 to 100,000 followers, ranked, with the arithmetic behind every score.'));
    const found = niches ?? (niches = await ask('/niches?limit=24').catch(() => null));
    const old = main.querySelector('.landing-niches');
    old?.remove();
    if (!found || params.niche) return;
    main.append(h('section', { className: 'landing-niches' },
      h('p', { className: 'chips centred' }, h('span', { className: 'muted' }, 'For example'), EXAMPLES.map((text) => h('button', { type: 'button', className: 'chip', onclick: () => go({ niche: text }) }, text))),
      h('h2', {}, 'The niches with most creators here'),
      h('ul', { className: 'tiles' }, found.items.filter((n) => n.creators > 0).map((n) => h('li', {}, h('a', { href: '#' + address('/match', { niche: n.slug }) }, h('span', {}, n.label), h('span', { className: 'muted' }, num(n.creators)))))),
      curlBox(['/niches?limit=24', '/match?niche=vegan+fitness'])));
  }

  // Followers against engagement: one platform and denominator at a time, so that the rates compare; behind them the whole niche.
  function picture(answer, niche, all) {
    const groups = new Map();
    const key = (i) => `${i.creator.platform} ${i.engagement_rate_basis}`;
    for (const item of answer.items) if (item.engagement_rate !== null) groups.set(key(item), (groups.get(key(item)) ?? 0) + 1);
    const names = [...groups.keys()].sort((a, b) => groups.get(b) - groups.get(a));
    if (!names.length) return null;
    const box = h('section', { className: 'card picture' });
    let figure = null, current = names[0];
    const draw = () => {
      const [platform, basis] = current.split(' ');
      const point = (i) => ({ x: i.followers, y: 100 * i.engagement_rate, id: i.creator.id, name: i.creator.name || i.creator.username });
      const here = answer.items.filter((i) => key(i) === current && i.engagement_rate !== null).map(point);
      const shown = new Set(answer.items.map((i) => i.creator.id));
      const others = (all?.items ?? []).filter((i) => key(i) === current && !shown.has(i.creator.id) && i.engagement_rate !== null).map(point);
      const benchmark = benchmarks?.find((b) => b.platform === platform && b.basis === basis);
      const xs = [...here, ...others].map((p) => p.x);
      const [from, to] = [Math.min(...xs, 1000) * 0.9, Math.max(...xs, 10000) * 1.15];
      const steps = Array.from({ length: 25 }, (_, i) => from * (to / from) ** (i / 24));
      const curve = benchmark ? steps.map((x) => ({ x, y: 100 * usualRate(benchmark, x) })) : [];
      const text = `${plural(here.length, 'creator')} of this page on ${platformName(platform)}: engagement ${basis === 'views' ? 'of views' : 'of followers'} against followers, ${benchmark ? 'with the usual rate as a line' : ''}`;
      figure = chart((c) => ({
        data: { datasets: [
          { type: 'scatter', label: 'this page', data: here, backgroundColor: c.accent, pointRadius: here.map(() => 5), pointHoverRadius: 8 },
          { type: 'scatter', label: 'the rest of the niche', data: others, backgroundColor: c.faint, pointRadius: 3.5, pointHoverRadius: 5 },
          { type: 'line', label: 'usual', data: curve, borderColor: c.warn, borderDash: [5, 4], borderWidth: 1.5, pointRadius: 0, pointHitRadius: 0 },
        ] },
        options: {
          parsing: false,
          onClick: (event, hits) => { const hit = hits.find((x) => x.datasetIndex < 2); if (hit) location.hash = `#/creator/${[here, others][hit.datasetIndex][hit.index].id}?niche=${encodeURIComponent(niche)}`; },
          scales: {
            x: { type: 'logarithmic', min: from, max: to, title: { display: true, text: 'followers' }, grid: { color: c.line }, ticks: { maxRotation: 0, callback: (v) => (/^[125]0*$/.test(String(Math.round(v))) ? num(v) : '') } },
            y: { beginAtZero: true, grace: '8%', title: { display: true, text: `engagement, % ${basis === 'views' ? 'of views' : 'of followers'}` }, grid: { color: c.line }, ticks: { maxTicksLimit: 6 } },
          },
          plugins: { legend: { position: 'top', align: 'end', labels: { usePointStyle: true, boxWidth: 8, boxHeight: 8 } },
            tooltip: { filter: (t) => t.datasetIndex < 2, callbacks: { label: (t) => `${t.raw.name}: ${num(t.raw.x)} followers, ${pct(t.raw.y / 100)}` } } },
        },
      }), { label: text, className: 'scatter' });
      fill(box, h('div', { className: 'card-head' }, h('h2', {}, 'Size against engagement'), names.length > 1 && h('div', { className: 'segments', role: 'group', 'aria-label': 'Platform' },
        names.map((n) => h('button', { type: 'button', 'aria-pressed': String(n === current), 'data-key': `group ${n}`, onclick: () => { current = n; draw(); } }, `${platformName(n.split(' ')[0])}${names.filter((m) => m.split(' ')[0] === n.split(' ')[0]).length > 1 ? `, ${n.split(' ')[1]}` : ''} ${groups.get(n)}`)))), figure);
    };
    draw();
    box.over = (id) => {
      const set = figure?.chart?.data.datasets[0];
      if (!set) return;
      set.pointRadius = set.data.map((p) => (p.id === id ? 10 : 5));
      figure.chart.update('none');
    };
    return box;
  }

  function head(answer) {
    const n = answer.query.niche;
    const label = n.resolved.map(title).join(n.mode === 'any' ? ' or ' : ' + ') + n.excluded.map((x) => ` − ${title(x)}`).join('');
    const asked = { spelling: 'read as a close spelling', alias: 'another word for it', compound: 'taken together' }[n.how];
    return [h('h1', {}, label),
      h('p', { className: 'muted', id: 'count' }, answer.total === null ? plural(answer.items.length, 'creator') : plural(answer.total, 'creator'), answer.items.length && answer.total > answer.items.length ? `, ranks ${answer.items[0].rank} to ${answer.items.at(-1).rank}` : '',
        asked && n.asked !== n.resolved.join(',') && ` · you asked for “${n.asked}”, ${asked}`),
      answer.stale && h('p', { role: 'status', id: 'stale' }, 'The database cannot be reached: this is what it said last.')];
  }

  function bar(answer) {
    const csv = address('/match', { ...params, page: null, format: 'csv' });
    const sort = select('sort_by', params.sort_by, SORTS, { onchange: (e) => go({ sort_by: e.target.value, sort_order: null }) });
    return h('div', { className: 'toolbar' }, h('label', { className: 'inline' }, 'Sort by', sort),
      params.sort_by && h('button', { type: 'button', className: 'ghost', 'data-key': 'order', onclick: () => go({ sort_order: params.sort_order === 'asc' ? null : 'asc' }) }, params.sort_order === 'asc' ? 'Smallest first' : 'Largest first'),
      h('a', { className: 'button', href: csv, download: `${answer.query.niche.resolved.join('+') || 'list'}.csv` }, 'Download CSV'),
      h('a', { className: 'button', href: '#' + address('/plan', { niche: params.niche, budget_usd: 2000, country: params.country, platform: params.platform, language: params.language }) }, 'Plan a budget'));
  }

  const pages = (answer) => h('nav', { className: 'pages', 'aria-label': 'Pages' },
    params.cursor && h('button', { type: 'button', onclick: () => go({}) }, 'First page'),
    answer.has_more && h('button', { type: 'button', className: 'primary', onclick: () => { go({ cursor: answer.next_cursor, page: (+params.page || 1) + 1 }); scrollTo(0, 0); } }, 'Next page'),
    !answer.has_more && params.include !== 'related' && answer.related_available > 0 && h('button', { type: 'button', onclick: () => go({ include: 'related' }) }, `Also list ${num(answer.related_available)} who match in part`));

  async function more(answer, signal) {
    const slug = answer.query.niche.resolved.length === 1 ? answer.query.niche.resolved[0] : null;
    const rest = address('/match', { niche: params.niche, limit: 100, fields: 'creator.id,creator.name,creator.username,creator.platform,followers,engagement_rate,engagement_rate_basis' });
    const [niche, all, model] = await Promise.all([slug && ask(`/niches/${slug}`, { signal }).catch(() => null), ask(rest, { signal }).catch(() => null),
      benchmarks ? null : ask('/model', { signal }).catch(() => null)]);
    benchmarks ??= model?.benchmarks ?? null;
    return { niche, all: all && { items: all.items.filter((i) => i.creator) } };
  }

  async function list() {
    hero.hidden = true;
    fill(hero);
    columns.hidden = false;
    main.classList.remove('landing');
    main.querySelector('.landing-niches')?.remove();
    side.sync(params);
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    results.setAttribute('aria-busy', 'true');
    const target = question(params);
    let answer;
    try {
      answer = await ask(target, { signal });
    } catch (error) {
      if (error.name === 'AbortError') return;
      results.removeAttribute('aria-busy');
      fill(results, h('h1', { className: 'offscreen' }, 'No list'), chips(params, go), problemBox(error, (hint, param) => (param === 'niche' || !param ? go({ niche: hint }) : go({ [param]: null, [hint]: params[param] }))), curlBox([target]));
      say(error.message);
      return;
    }
    results.removeAttribute('aria-busy');
    const before = answer.query.limit * ((+params.page || 1) - 1);
    for (const item of answer.items) item.rank += before;
    side.facets(answer.facets, params);
    const overview = h('div', { className: 'overview' });
    const overviewBox = h('details', { className: 'overview-box', open: matchMedia('(min-width: 60rem)').matches }, h('summary', {}, 'Chart and facts of the niche'), overview);
    let over = () => {};
    const niche = answer.query.niche.resolved[0];
    fill(results, h('div', { className: 'list-head' }, h('div', {}, head(answer)), answer.items.length > 0 && bar(answer)), chips(params, go), whyNotAnswer(answer, niche), answer.items.length > 0 && overviewBox, diagnosis(answer, go, (query) => { location.hash = `#/match?${query}`; }),
      answer.items.length > 0 && table(answer, niche, (id) => over(id)), pages(answer), whyNotForm(params.why_not, go), curlBox([target]));
    document.title = `${results.querySelector('h1').textContent} – niched`;
    say(`${plural(answer.total ?? answer.items.length, 'creator')}`);
    if (!answer.items.length) return;
    const { niche: facts, all } = await more(answer, signal);
    if (signal.aborted) return;
    const box = picture(answer, niche, all);
    over = (id) => box?.over(id);
    fill(overview, box, facts && market(facts));
  }

  return {
    update(next) {
      params = next;
      combo.input.value = params.niche ?? '';
      goal.value = params.goal ?? '';
      return params.niche ? list() : landing();
    },
    leave() {
      running?.abort();
      main.classList.remove('landing');
    },
  };
}
