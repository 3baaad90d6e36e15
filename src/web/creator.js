// One creator: the score in a niche and its parts, what speaks for and against, niches, followers over time, peers, lookalikes.
import { h, fill, num, pct, fixed, day, title, avatar, profileLink, platformName, countryName, languageName, words, select, plural } from './dom.js';
import { ask, address, curlBox, problemBox } from './api.js';
import { breakdown, strip } from './explain.js';
import { peers, gaps, price, scoreLine, facts } from './standing.js';
import { creatorLink } from './results.js';
import { chart } from './charts.js';

function history(account) {
  const days = [...account.follower_history].reverse();
  if (days.length < 2) return h('section', { className: 'card stack' }, h('h2', {}, 'Followers over time'), h('p', { className: 'muted' }, `One count is known, of ${day(days[0]?.day ?? account.observed_at)}: ${num(account.followers)}. Growth cannot be checked.`));
  const change = days.at(-1).followers / days[0].followers - 1;
  const text = `${num(days[0].followers)} followers on ${days[0].day}, ${num(days.at(-1).followers)} on ${days.at(-1).day}: ${change >= 0 ? '+' : ''}${pct(change)}`;
  return h('section', { className: 'card stack' }, h('h2', {}, 'Followers over time'), h('p', { className: 'muted small' }, text),
    chart((k) => ({ type: 'line', data: { labels: days.map((d) => d.day), datasets: [{ label: 'followers', data: days.map((d) => d.followers), borderColor: k.accent, backgroundColor: k.soft, fill: true, borderWidth: 2, pointRadius: days.length > 40 ? 0 : 2.5, tension: .2 }] },
      options: { interaction: { mode: 'index', intersect: false }, scales: { x: { grid: { display: false }, ticks: { maxTicksLimit: 6, maxRotation: 0 } }, y: { grid: { color: k.line }, ticks: { maxTicksLimit: 5, callback: (v) => num(v) } } }, plugins: { legend: { display: false } } } }), { label: text }));
}

function niches(account, id, current) {
  const list = account.niches.filter((n) => n.match !== 'related');
  const line = (n) => h('tr', {}, h('th', { scope: 'row' }, n.niche === current ? h('strong', {}, title(n.niche)) : h('a', { href: `#/creator/${id}?niche=${encodeURIComponent(n.niche)}` }, title(n.niche)), n.match === 'all_parents' && h('span', { className: 'tag' }, 'all parents')),
    h('td', { className: 'n' }, fixed(n.score, 1)), h('td', { className: 'n' }, n.posts === null ? '–' : num(n.posts)), h('td', { className: 'muted small' }, n.words.slice(0, 4).join(', ')));
  const table = (rows) => h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Niches of this creator' }, h('table', { className: 'plain' }, h('thead', {}, h('tr', {}, ['Niche', 'Score', 'Posts', 'Words that prove it'].map((t, i) => h('th', { scope: 'col', className: i === 1 || i === 2 ? 'n' : '' }, t)))), h('tbody', {}, rows.map(line))));
  return h('section', { className: 'card stack' }, h('h2', {}, 'Niches'), table(list.slice(0, 8)), list.length > 8 && h('details', { className: 'plainly' }, h('summary', {}, `${list.length - 8} more`), table(list.slice(8))));
}

function lookalikes(found, niche) {
  return h('section', { className: 'stack' }, h('h2', {}, 'Similar creators'), found?.items.length ? h('ul', { className: 'cards' }, found.items.map((s) => h('li', { className: 'card' },
    h('div', { className: 'who-in' }, avatar(s.creator), h('div', {}, creatorLink(s.creator, s.niches.includes(niche) ? niche : null), h('div', { className: 'muted small' }, `${platformName(s.creator.platform)} · ${num(s.followers)} followers`))),
    h('p', { className: 'small' }, `${pct(s.similarity, 0)} alike: ${s.reasons.join('; ')}`)))) : h('p', { className: 'muted' }, 'Nobody is alike enough.'));
}

export function view(main) {
  let running = null;
  async function show(params, [id]) {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    main.setAttribute('aria-busy', 'true');
    const first = `/creators/${encodeURIComponent(id ?? '')}`;
    const targets = [first];
    let creator;
    try {
      creator = await ask(first, { signal });
    } catch (error) {
      if (error.name === 'AbortError') return;
      fill(main, h('h1', {}, 'Creator'), problemBox(error), curlBox(targets));
      return;
    } finally {
      main.removeAttribute('aria-busy');
    }
    const account = [...creator.accounts].sort((a, b) => (b.platform === params.platform) - (a.platform === params.platform))[0];
    const niche = params.niche ?? account.niches[0]?.niche;
    const extra = params.platform ? { platform: params.platform } : {};
    const standing = address(`/creators/${creator.id}/standing`, { niche, ...extra });
    const similar = address(`/creators/${creator.id}/similar`, { limit: 6 });
    const exact = niche && account.followers !== null && address('/match', { niche, platform: account.platform, min_followers: account.followers, max_followers: account.followers, min_authenticity: 0, explain: 'true', include: 'evidence,related', limit: 100 });
    targets.push(standing, similar, ...(exact ? [exact] : []));
    const quiet = (error) => { if (error.name === 'AbortError') throw error; return { error }; };
    const [s, like, list] = await Promise.all([niche ? ask(standing, { signal }).catch(quiet) : null, ask(similar, { signal }).catch(quiet), exact ? ask(exact, { signal }).catch(quiet) : null]);
    if (signal.aborted) return;
    draw(creator, account, niche, s, like?.error ? null : like, list?.items?.find((i) => i.creator.id === creator.id) ?? null, targets);
  }

  function draw(creator, account, niche, s, like, item, targets) {
    const name = creator.name || account.username;
    const several = creator.accounts.length > 1;
    document.title = `${name} – niched`;
    fill(main, h('div', { className: 'stack' },
      h('section', { className: 'card head' }, avatar({ ...account, name }, true),
        h('div', { className: 'grow' }, h('h1', {}, name), h('p', { className: 'muted' }, profileLink(account.url, `@${account.username}`), ` · ${platformName(account.platform)}`,
          account.country && ` · ${[account.city, countryName(account.country)].filter(Boolean).join(', ')}`, account.language && ` · ${languageName(account.language)}`, account.verified && ' · verified'),
        h('p', {}, account.bio), several && h('p', { className: 'chips' }, creator.accounts.map((a) => h('a', { className: 'chip button', href: '#' + address(`/creator/${creator.id}`, { niche, platform: a.platform }), 'aria-current': a === account ? 'true' : null }, `${platformName(a.platform)}, ${num(a.followers)}`)))),
        h('dl', { className: 'numbers' }, h('div', {}, h('dt', {}, 'Followers'), h('dd', {}, num(account.followers))), h('div', {}, h('dt', {}, 'Posts seen'), h('dd', {}, num(account.score?.recent_posts))),
          h('div', {}, h('dt', {}, 'Last post'), h('dd', {}, day(account.score?.last_post_at)))),
        s && !s.error && scoreLine(s)),
      s?.error && problemBox(s.error, (hint) => { location.hash = `#/creator/${creator.id}?niche=${encodeURIComponent(hint)}`; }),
      item && h('section', { className: 'card stack' }, h('div', { className: 'card-head' }, h('h2', {}, `Score in ${title(niche)}`), account.niches.length > 1 && h('label', { className: 'inline' }, 'Niche', select('niche', niche, account.niches.filter((n) => n.match !== 'related').map((n) => [n.niche, `${title(n.niche)} (${fixed(n.score, 1)})`]),
        { onchange: (e) => { location.hash = `#/creator/${creator.id}?niche=${encodeURIComponent(e.target.value)}`; } }))),
        wide(item), h('div', { className: 'grid2' }, h('div', {}, breakdown(item, true)), h('div', { className: 'stack' },
          h('div', {}, h('h3', {}, 'What speaks for it'), h('ul', { className: 'reasons' }, item.reasons.map((t) => h('li', {}, t)))),
          item.cautions.length > 0 && h('div', {}, h('h3', {}, 'What to check'), h('ul', { className: 'cautions' }, item.cautions.map((t) => h('li', {}, t)))),
          item.evidence?.length > 0 && h('div', {}, h('h3', {}, 'Posts that prove the niche'), h('ul', { className: 'posts' }, item.evidence.map((p) => h('li', {}, p.caption, h('div', { className: 'muted small' }, `${day(p.posted_at)} · ${num(p.likes)} likes, ${num(p.comments)} comments`)))))))),
      s && !s.error && h('div', { className: 'grid2' }, peers(s), h('div', { className: 'stack' }, h('section', { className: 'card' }, facts(s)), gaps(s), price(s))),
      h('div', { className: 'grid2' }, h('div', { className: 'stack' }, history(account), s && !s.error && provenance(s, account)), niches(account, creator.id, niche)),
      lookalikes(like, niche),
      curlBox(targets)));
  }

  const wide = (item) => { const bars = strip(item, null); bars.classList.add('wide'); return bars; };
  const provenance = (s, account) => h('section', { className: 'card stack' }, h('h2', {}, 'Where the numbers are from'),
    h('ul', { className: 'small' }, s.provenance.map((p) => h('li', {}, `${title(p.what)}: ${plural(p.rows, 'row')} from ${words(p.source)}, newest ${p.newest}`))),
    h('p', { className: 'muted small' }, `Profile as of ${day(account.observed_at)}. Are you this creator? You may ask for access, correction, erasure or appeal without a key: `, h('a', { href: '/docs#request_open' }, 'POST /requests'), '.'));

  return { update: (params, rest) => show(params, rest), leave: () => running?.abort() };
}
