// A page of /match as a table whose bars explain the score, and what is said when the table is short.
import { h, num, usd, pct, times, fixed, day, avatar, profileLink, platformName, countryName, words, title, plural } from './dom.js';
import { strip, breakdown, source, COMPONENTS } from './explain.js';

export const creatorLink = (creator, niche) =>
  h('a', { className: 'name', href: `#/creator/${creator.id}${niche ? `?niche=${encodeURIComponent(niche)}` : ''}` }, creator.name || creator.username);

const basis = { views: 'of views', followers: 'of followers', totals: 'of followers' };

function evidenceList(item) {
  if (!item.evidence?.length) return null;
  return h('div', {}, h('h3', {}, 'Posts that prove the niche'), h('ul', { className: 'posts' }, item.evidence.map((post) => h('li', {},
    h('p', {}, post.caption), h('p', { className: 'muted small' }, `${day(post.posted_at)} · ${num(post.likes)} likes · ${num(post.comments)} comments`,
      post.views !== null && ` · ${num(post.views)} views`)))));
}

function detail(item, id) {
  const reasons = (list, className) => (list.length ? h('ul', { className }, list.map((text) => h('li', {}, text))) : null);
  return h('tr', { id, className: 'detail', hidden: true }, h('td', { colSpan: 7 },
    h('div', { className: 'detail-body' },
      h('div', {}, breakdown(item),
        h('p', { className: 'muted small' }, `Eight times in ten the score would lie between ${fixed(item.explanation.interval80[0], 1)} and ${fixed(item.explanation.interval80[1], 1)}; confidence ${fixed(item.confidence)}. What was not measured counts by what is usual, never as zero.`)),
      h('div', {}, item.creator.bio && h('blockquote', {}, item.creator.bio), reasons(item.reasons, 'reasons'), reasons(item.cautions, 'cautions'), evidenceList(item)))));
}

function row(item, niche, over) {
  const id = `why-${item.creator.id}-${item.rank}`;
  const more = detail(item, id);
  const button = h('button', { type: 'button', className: 'why', 'aria-expanded': 'false', 'aria-controls': id, onclick: () => toggle(), 'aria-label': `Why ${fixed(item.score, 1)}?` }, 'Why?');
  const toggle = () => {
    more.hidden = !more.hidden;
    button.setAttribute('aria-expanded', String(!more.hidden));
    main.classList.toggle('open', !more.hidden);
  };
  const c = item.creator;
  const main = h('tr', { className: 'item', 'data-id': c.id, onmouseenter: () => over?.(c.id), onmouseleave: () => over?.(null), onfocusin: () => over?.(c.id), onfocusout: () => over?.(null) },
    h('td', { className: 'rank' }, item.rank),
    h('th', { scope: 'row', className: 'who' }, h('div', { className: 'who-in' }, avatar(c), h('div', {},
      creatorLink(c, niche), ' ', item.match !== 'direct' && h('span', { className: 'tag', title: 'evidence for the parts, not in one post' }, item.match === 'related' ? 'in part' : 'all parents'),
      h('div', { className: 'muted small' }, profileLink(c.url, `@${c.username}`), ` · ${platformName(c.platform)}`, c.country && ` · ${countryName(c.country)}`),
      h('div', { className: 'small reason' }, item.reasons.slice(0, 2).join(' · '))))),
    h('td', { className: 'n', 'data-label': 'Followers' }, num(item.followers)),
    h('td', { className: 'n', 'data-label': 'Engagement' }, pct(item.engagement_rate), h('div', { className: 'muted small' }, item.engagement_vs_peers === null ? 'not measured' : `${times(item.engagement_vs_peers)} usual`,
      h('span', { className: 'offscreen' }, basis[item.engagement_rate_basis] ?? ''))),
    h('td', { className: 'n', 'data-label': 'A post' }, item.price_source === 'prior' ? h('span', { className: 'muted' }, `~${usd(item.price_usd)}`) : usd(item.price_usd), h('div', { className: 'muted small' }, item.price_source === 'prior' ? 'estimate' : source(item.price_source))),
    h('td', { className: 'bars', 'data-label': 'Components' }, strip(item, () => toggle())),
    h('td', { className: 'score' }, h('span', { className: 'big' }, fixed(item.score, 1)), button));
  return [main, more];
}

export function table(answer, niche, over) {
  const parts = Object.entries(answer.query.weights).filter(([, w]) => w > 0);
  return h('div', { className: 'table-wrap' },
    h('p', { className: 'legend', id: 'legend' }, parts.map(([component, weight]) => h('span', { title: COMPONENTS[component] }, h('span', { className: `dot ${component}` }), `${words(component)} ${pct(weight, 0)}`)),
      h('span', { className: 'muted' }, 'Width is weight, height is value.')),
    h('table', { className: 'list', 'aria-describedby': 'legend' },
      h('caption', { className: 'offscreen' }, `Ranked creators of ${niche}`),
      h('thead', {}, h('tr', {}, [['#', ''], ['Creator', ''], ['Followers', 'n'], ['Engagement', 'n'], ['A post', 'n'], ['Components', ''], ['Score', 'n']].map(([t, className]) => h('th', { scope: 'col', className }, t)))),
      h('tbody', {}, answer.items.map((item) => row(item, niche, over)))));
}

// Facts of the niche, for the side of the chart.
export function market(niche) {
  const m = niche.market;
  const lines = [
    m.engagement_vs_usual?.p50 !== null && ['Typical engagement', `${times(m.engagement_vs_usual.p50)} what is usual at that size`],
    m.price_usd?.p50 !== null && ['Half of the known prices for a post', `${usd(m.price_usd.p25)} to ${usd(m.price_usd.p75)}`],
    m.demand && ['Brands in 12 months', num(m.demand.brands)],
    m.crowding?.value !== null && ['Crowding', m.crowding.text],
    m.small_against_large && ['Do small ones engage more?', m.small_against_large.text],
  ].filter(Boolean);
  return h('section', { className: 'card facts' }, h('h2', {}, 'The niche'), h('dl', {}, lines.map(([k, v]) => h('div', {}, h('dt', {}, k), h('dd', {}, v)))));
}

// Why a list is short, with what to press.
export function diagnosis(answer, go, goQuery) {
  const d = answer.diagnosis;
  if (!d) return null;
  const open = { min_followers: '0', max_followers: '1000000000', min_authenticity: '0' };
  const name = (f) => ({ q: 'words of name or bio' }[f] ?? words(f));
  const looser = d.filters.filter((f) => f.left_without_it > d.results).sort((a, b) => b.left_without_it - a.left_without_it);
  const small = d.smallest_relaxation;
  return h('section', { className: 'card diagnosis' },
    h('h2', {}, d.results === 0 ? 'Nobody fits all of this' : `Only ${plural(d.results, 'creator')}`),
    h('p', {}, d.candidates_in_niche ? `${plural(d.candidates_in_niche, 'creator')} make this niche. The filters leave ${num(d.results)}.` : 'No creator of this niche is in the store.'),
    small && h('p', {}, h('button', { type: 'button', className: 'primary', onclick: () => goQuery(small.query) },
      `${small.changes.map((c) => `${title(c.param)}: ${c.value === null ? 'any' : String(c.value).replaceAll(',', ', ')}`).join(', ')}`, ` → ${plural(small.gives, 'creator')}`),
    h('span', { className: 'muted small' }, ' the smallest change that helps')),
    looser.length > 0 && h('div', {}, h('h3', {}, 'Without one filter'), h('p', { className: 'chips' }, looser.map((f) =>
      h('button', { type: 'button', className: 'chip', onclick: () => go({ [f.filter]: open[f.filter] ?? null, ...(f.filter === 'min_followers' || f.filter === 'max_followers' ? { tier: null } : {}) }) }, `Drop ${name(f.filter)}: ${num(f.left_without_it)}`)))),
    d.filters.some((f) => f.removed_unknown) && h('p', { className: 'muted small' }, `Not known: ${d.filters.filter((f) => f.removed_unknown).map((f) => `${name(f.filter)} of ${num(f.removed_unknown)}`).join(', ')}`, '. What is not known passes no filter.'),
    d.other_niches?.length > 0 && h('div', {}, h('h3', {}, 'Niches nearby'), h('p', { className: 'chips' }, d.other_niches.map((n) =>
      h('button', { type: 'button', className: 'chip', onclick: () => go({ niche: n.niche }) }, `${title(n.niche)}: ${num(n.creators)}`)))));
}
