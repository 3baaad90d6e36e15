// For creators: where do I stand? By a name that is in the store, or by a few numbers of which nothing is kept.
import { h, fill, field, select, title, num, platformName, say } from './dom.js';
import { ask, address, curlBox, problemBox } from './api.js';
import { nicheField } from './niche.js';
import { peers, gaps, price, scoreLine, facts } from './standing.js';

const PLATFORMS = [['tiktok', 'TikTok'], ['instagram', 'Instagram'], ['youtube', 'YouTube']];
const NUMBERS = ['platform', 'followers', 'niche', 'avg_likes', 'avg_comments', 'avg_views', 'price_usd', 'posts_per_week'];

export function view(main) {
  let params = {}, running = null;
  const go = (next) => { location.hash = '#' + address('/stand', next); };
  const number = (name, placeholder) => h('input', { type: 'number', name, min: 0, step: 'any', placeholder, 'data-key': name });
  const platform = select('platform', 'tiktok', PLATFORMS);
  const username = h('input', { type: 'text', name: 'username', autocomplete: 'off', placeholder: 'name, without @' });
  const fields = { followers: number('followers', '9000'), avg_likes: number('avg_likes', '450'), avg_comments: number('avg_comments', '20'), avg_views: number('avg_views', ''), posts_per_week: number('posts_per_week', '3'), price_usd: number('price_usd', '') };
  const submit = () => go(byName() ? { platform: platform.value, username: username.value.trim().replace(/^@/, ''), niche: combo.input.value.trim() }
    : { platform: platform.value, niche: combo.input.value.trim(), ...Object.fromEntries(Object.entries(fields).map(([k, el]) => [k, el.value])) });
  const combo = nicheField({ choose: () => {}, label: 'Niche you make content for', placeholder: 'vegan fitness' });
  let mode = 'name';
  const byName = () => mode === 'name';
  const tab = (name, text) => h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => { mode = name; layout(); }, 'data-key': name }, text);
  const tabs = [tab('name', 'By my username'), tab('numbers', 'By a few numbers')];
  const named = h('div', { className: 'field' }, field('Username', username));
  const numbers = [field('Followers', fields.followers), field('Likes of a usual post', fields.avg_likes), field('Comments of it', fields.avg_comments), field('Views (TikTok, YouTube)', fields.avg_views), field('Posts a week', fields.posts_per_week), field('What you ask for a post, $', fields.price_usd)];
  const grid = h('div', { className: 'form-grid' });
  const form = h('form', { className: 'card stack', onsubmit: (e) => { e.preventDefault(); submit(); } }, h('div', { className: 'tabs', role: 'group', 'aria-label': 'How to look' }, tabs), grid,
    h('p', {}, h('button', { type: 'submit', className: 'primary' }, 'Where do I stand?'), h('span', { className: 'muted small' }, '  Numbers that you type here are not kept.')));
  const results = h('div', { className: 'stack' });
  const layout = () => {
    tabs.forEach((t, i) => t.setAttribute('aria-pressed', String((i === 0) === byName())));
    grid.replaceChildren(field('Platform', platform), ...(byName() ? [named] : []), combo, ...(byName() ? [] : numbers));
  };
  fill(main, h('div', { className: 'stack' }, h('div', {}, h('h1', {}, 'Where do I stand?'), h('p', { className: 'muted' }, 'For creators: your place among peers of the same niche, platform and size, what would raise it, and a fair price.')), form, results));

  async function find(signal) {
    if (!params.username) return { target: address('/standing', Object.fromEntries(NUMBERS.map((k) => [k, params[k]]))), before: [] };
    const first = `/creators/${encodeURIComponent(params.platform)}/${encodeURIComponent(params.username)}`;
    const creator = await ask(first, { signal });
    return { target: address(`/creators/${creator.id}/standing`, { niche: params.niche, platform: creator.accounts.length > 1 ? params.platform : null }), before: [first] };
  }

  async function draw() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      const { target, before } = await find(signal);
      const s = await ask(target, { signal });
      fill(results, h('section', { className: 'card head' }, h('div', { className: 'grow' }, h('h2', {}, `${s.creator.username ? `@${s.creator.username}` : 'You'} in ${s.niche.label}`),
        h('p', { className: 'muted' }, `${platformName(s.creator.platform)}, ${num(s.creator.followers)} followers`, s.creator.id && [' · ', h('a', { href: `#/creator/${s.creator.id}?niche=${encodeURIComponent(s.niche.slug)}` }, 'all that is known')]), facts(s)), scoreLine(s)),
      h('div', { className: 'grid2' }, peers(s), h('div', { className: 'stack' }, gaps(s), price(s))),
      s.not_measured.length > 0 && h('p', { className: 'muted small' }, `Not measured, so counted by what is usual: ${s.not_measured.map(title).join(', ')}.`),
      h('p', { className: 'muted small' }, s.rights[0].toUpperCase() + s.rights.slice(1), '. ', h('a', { href: '/docs#request_open' }, 'How')), curlBox([...before, target]));
      say(`score ${s.score}`);
    } catch (error) {
      if (error.name === 'AbortError') return;
      const unknown = error.document?.code === 'CREATOR_UNKNOWN';
      fill(results, problemBox(error, (hint) => go({ ...params, niche: hint })), unknown && h('p', {}, h('button', { type: 'button', onclick: () => { mode = 'numbers'; layout(); fields.followers.focus(); } }, 'Use a few numbers instead')));
    }
  }

  return {
    update(next) {
      params = next;
      if (params.followers) mode = 'numbers';
      else if (params.username) mode = 'name';
      layout();
      platform.value = params.platform ?? platform.value;
      username.value = params.username ?? username.value;
      combo.input.value = params.niche ?? combo.input.value;
      for (const [name, el] of Object.entries(fields)) el.value = params[name] ?? el.value;
      if (params.username || params.followers) return draw();
      return fill(results);
    },
    leave: () => running?.abort(),
  };
}
