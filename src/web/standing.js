// A standing: where somebody is among peers, what would raise the score, a fair price. Of a creator and of numbers alone.
import { h, fixed, pct, num, usd, times, words, title, platformName, plural } from './dom.js';
import { chart } from './charts.js';
import { COMPONENTS, source } from './explain.js';

const ordinal = (n) => `${n}${n % 100 > 10 && n % 100 < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[n % 10] ?? 'th')}`;
const place = (p) => (p === null ? 'not compared' : `${ordinal(Math.round(100 * p))} of 100`);

function peersChart(s) {
  const parts = s.components.filter((c) => c.p25 !== null || c.measured);
  const label = `Components against peers: ${parts.map((c) => `${words(c.component)} ${fixed(c.value)}, half of the peers ${fixed(c.p25)} to ${fixed(c.p75)}`).join('; ')}`;
  return chart((k) => ({
    type: 'bar', data: { labels: parts.map((c) => title(c.component)), datasets: [
      { type: 'scatter', label: 'here', order: 0, clip: 9, data: parts.map((c) => ({ x: c.value, y: title(c.component) })), backgroundColor: parts.map((c) => (c.measured ? k.accent : k.card)), borderColor: k.accent, borderWidth: 2, pointRadius: 7, pointHoverRadius: 9 },
      { label: 'middle half of the peers', order: 1, data: parts.map((c) => (c.p25 === null ? null : [c.p25, c.p75])), backgroundColor: k.faint, borderSkipped: false, borderRadius: 4, barThickness: 12 },
    ] },
    options: { indexAxis: 'y', scales: { x: { min: 0, max: 1, grid: { color: k.line } }, y: { type: 'category', offset: true, grid: { display: false }, ticks: { color: k.ink } } },
      plugins: { legend: { position: 'bottom', labels: { usePointStyle: true, boxWidth: 8, boxHeight: 8 } }, tooltip: { callbacks: { label: (t) => (t.datasetIndex ? `half of the peers: ${fixed(t.raw[0])} to ${fixed(t.raw[1])}` : `${t.raw.y}: ${fixed(t.raw.x)}`) } } } },
  }), { label, className: 'tall' });
}

const scope = (p) => [p.niche && title(p.niche), p.platform && platformName(p.platform), p.country, p.min_followers !== null && `${num(p.min_followers)} to ${num(p.max_followers)} followers`].filter(Boolean).join(', ');

export function peers(s) {
  return h('section', { className: 'card stack' }, h('h2', {}, 'Against peers'),
    s.peers.accounts ? h('p', { className: 'muted small' }, `${plural(s.peers.accounts, 'account')}: ${scope(s.peers)}.`, s.peers.widened?.length ? ` Widened, since there were too few: ${s.peers.widened.join('; ')}.` : '') : h('p', { className: 'muted' }, s.peers.why ?? 'no peers'),
    peersChart(s),
    h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Components' }, h('table', { className: 'plain' }, h('thead', {}, h('tr', {}, ['Component', 'Value', 'Weight', 'Percentile', 'Could add'].map((t, i) => h('th', { scope: 'col', className: i ? 'n' : '' }, t)))),
      h('tbody', {}, s.components.map((c) => h('tr', {}, h('th', { scope: 'row', title: COMPONENTS[c.component] }, h('span', { className: `dot ${c.component}` }), title(c.component)), h('td', { className: 'n' }, fixed(c.value), !c.measured && h('span', { className: 'muted' }, ' assumed')),
        h('td', { className: 'n' }, pct(c.weight, 0)), h('td', { className: 'n' }, place(c.percentile)), h('td', { className: 'n' }, c.gain_points ? `+${fixed(c.gain_points, 1)}` : '–')))))));
}

export function gaps(s) {
  return h('section', { className: 'card stack' }, h('h2', {}, 'What would raise the score'),
    s.gaps.length ? h('ol', { className: 'levers' }, s.gaps.map((g) => h('li', { className: g.component }, h('h3', {}, `${title(g.component)}: +${fixed(g.gain_points, 1)} points`),
      h('p', { className: 'muted small' }, `from ${fixed(g.value, 3)} to ${fixed(g.target, 3)}, where the better quarter of the peers begins`), h('ul', {}, g.levers.map((l) => h('li', { className: 'small' }, l.text)))))) : h('p', { className: 'muted' }, 'Nothing that peers do better.'),
    h('p', { className: 'muted small' }, 'A lower price is never advised.'));
}

export function price(s) {
  const p = s.price;
  return h('section', { className: 'card stack' }, h('h2', {}, 'A fair price for a post'),
    p.mid_usd === null ? h('p', { className: 'muted' }, 'No band: engagement is not known.') : h('p', {}, h('strong', {}, `${usd(p.low_usd)} to ${usd(p.high_usd)}`), `, in the middle ${usd(p.mid_usd)}`),
    h('p', { className: 'muted small' }, `${num(p.engagements_per_post)} reactions to a post at ${usd(p.usual_cost_per_engagement_usd)} each.`,
      p.quote_usd !== null && p.quote_usd !== undefined && ` Asked: ${usd(p.quote_usd)} (${source(p.quote_source)}), ${words(p.quote_lies)}.`));
}

export function scoreLine(s) {
  return h('div', { className: 'bigscore' }, h('strong', {}, fixed(s.score, 1)), h('span', { className: 'muted small' }, `${fixed(s.low80, 1)} to ${fixed(s.high80, 1)}, confidence ${fixed(s.confidence)}`));
}

export function facts(s) {
  const e = s.engagement;
  return h('dl', { className: 'numbers' },
    h('div', {}, h('dt', {}, 'Engagement'), h('dd', {}, pct(e.rate), h('small', {}, `${times(e.ratio)} what is usual (${pct(e.usual_rate)})`))),
    h('div', {}, h('dt', {}, 'Score among peers'), h('dd', {}, s.score_percentile === null ? '–' : ordinal(Math.round(100 * s.score_percentile)), h('small', {}, s.score_percentile === null ? 'too few peers' : 'of 100, 100 is best'))),
    h('div', {}, h('dt', {}, 'Engagement among peers'), h('dd', {}, e.peer_percentile === null ? '–' : ordinal(Math.round(100 * e.peer_percentile)), h('small', {}, 'of 100'))));
}
