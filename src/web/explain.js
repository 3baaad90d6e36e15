// What a component of a score means, in words, from the numbers that the answer gives.
import { h, pct, usd, times, fixed, num, words, plural } from './dom.js';

export const COMPONENTS = {
  relevance: 'How much of the recent content is about the niche',
  engagement: 'Reactions against what is usual at this size and platform',
  authenticity: 'Signs that audience and conversation are genuine',
  affordability: 'Cost of one reaction against what is usual',
  loyalty: 'Steady rhythm and brands that come back',
  freshness: 'How lately and how often new posts come',
  audience_fit: 'How well the audience lives where it is wanted',
};

export const name = (component) => words(component);
const per = { views: 'of those who viewed', followers: 'of followers', totals: 'of followers, from account totals' };

const said = {
  relevance: (c) => [c.posts !== null && c.posts !== undefined && `${plural(c.posts, 'recent post')} carry the niche`, `focus ${fixed(c.focus)}`],
  engagement: (c) => c.rate === null || c.rate === undefined ? ['no engagement measured']
    : [`${pct(c.rate)} ${per[c.basis] ?? ''} react, usual is ${pct(c.benchmark)}: ${times(c.ratio)}`],
  authenticity: (c) => [`audience ${fixed(c.audience_credibility)}, conversation ${fixed(c.conversation)}`,
    ...(c.signals ?? []).filter((s) => s.odds_factor < 0.8).map((s) => `unusual pattern: ${words(s.name)}`)],
  affordability: (c) => [c.price_usd !== null && `${usd(c.price_usd)} a post (${source(c.price_source)})`,
    c.cost_per_engagement_usd !== null && c.cost_per_engagement_usd !== undefined &&
      `${usd(c.cost_per_engagement_usd)} per reaction where ${usd(c.usual_cost_per_engagement_usd)} is usual`],
  loyalty: (c) => [c.missing?.includes('collaborations') ? 'no collaborations on record' : `${plural(c.brands, 'brand')}, ${num(c.repeat_brands)} came back`],
  freshness: (c) => [c.posts_per_week !== null && `${fixed(c.posts_per_week, 1)} posts a week`,
    c.expected_gap_days !== null && c.expected_gap_days !== undefined && `usually ${fixed(c.expected_gap_days, 1)} days apart`],
};

export function source(price) {
  return { rate_card: 'rate card', quote: 'quote', history: 'paid before', prior: 'estimate for the size' }[price] ?? words(price ?? 'unknown');
}

// One sentence or two of evidence.
export const evidence = (component, c) => (said[component]?.(c) ?? []).filter(Boolean).join('; ');

export const cost = (c) => `${c.points_lost < 0 ? 'adds' : 'costs'} ${fixed(Math.abs(c.points_lost), 1)} points`;

export const label = (component, c) => `${name(component)} ${fixed(c.value)}, weight ${pct(c.weight)}, ${cost(c)}`;

// ---- the strip: one cell a component, as wide as its weight, as high as its value

const tip = document.getElementById('tip');

function showTip(cell, component, c) {
  tip.replaceChildren(h('strong', {}, `${words(component)} ${fixed(c.value)}`), h('span', {}, `weight ${pct(c.weight)}, ${cost(c)}`),
    h('span', {}, COMPONENTS[component]), h('span', { className: 'tip-evidence' }, evidence(component, c)));
  tip.hidden = false;
  const at = cell.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left + at.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width - 8));
  const above = at.top - own.height - 8;
  tip.style.setProperty('left', `${left + window.scrollX}px`);
  tip.style.setProperty('top', `${(above > 8 ? above : at.bottom + 8) + window.scrollY}px`);
}

const hideTip = () => { tip.hidden = true; };
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hideTip(); });

export function strip(item, press) {
  const parts = Object.entries(item.explanation?.components ?? {}).filter(([, c]) => c.weight > 0);
  const cells = parts.map(([component, c], i) => {
    const bar = h('span', { className: 'fill' });
    bar.style.setProperty('height', `${Math.max(4, 100 * c.value)}%`);
    const cell = h('button', {
      type: 'button', className: `cell ${component}${c.missing?.length ? ' partly' : ''}`, tabIndex: i ? -1 : 0, 'aria-label': label(component, c),
      'aria-describedby': 'tip', 'data-component': component, onfocus: () => showTip(cell, component, c), onblur: hideTip,
      onmouseenter: () => showTip(cell, component, c), onmouseleave: hideTip, onclick: press,
    }, bar);
    cell.style.setProperty('flex-grow', String(Math.round(100 * c.weight)));
    return cell;
  });
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const i = cells.indexOf(document.activeElement);
    if (!step || i < 0) return;
    event.preventDefault();
    const next = cells[(i + step + cells.length) % cells.length];
    cells.forEach((cell) => { cell.tabIndex = cell === next ? 0 : -1; });
    next.focus();
  };
  return h('div', { className: 'strip', role: 'group', 'aria-label': `What makes ${fixed(item.score, 1)}, by component; arrow keys go through`, onkeydown: move }, cells);
}

// The whole sum: 100, what each component costs, the score.
// A short list of what is missing, or how many.
function lacks(missing, whole) {
  if (!missing?.length) return null;
  const names = missing.map(words).join(', ');
  return h('span', { className: 'muted', title: names }, ` · not measured: ${whole || missing.length < 3 ? names : `${missing.length} of its signals`}`);
}

export function breakdown(item, whole) {
  const parts = Object.entries(item.explanation?.components ?? {});
  return h('table', { className: 'sum' },
    h('caption', {}, `100 points less what each component costs is ${fixed(item.score, 1)}`),
    h('thead', {}, h('tr', {}, ['component', 'value', 'weight', 'points', 'from'].map((t, i) => h('th', { scope: 'col', className: i && i < 4 ? 'n' : '' }, t)))),
    h('tbody', {}, parts.map(([component, c]) => h('tr', {},
      h('th', { scope: 'row' }, h('span', { className: `dot ${component}` }), words(component)),
      h('td', { className: 'n' }, fixed(c.value)), h('td', { className: 'n' }, pct(c.weight)), h('td', { className: 'n' }, c.points_lost > 0 ? `−${fixed(c.points_lost, 1)}` : fixed(-c.points_lost, 1)),
      h('td', {}, evidence(component, c), lacks(c.missing, whole))))));
}
