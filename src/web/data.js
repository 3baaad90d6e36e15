// How one's own creators get in.
import { h, fill } from './dom.js';
import { copyButton } from './api.js';

const WAYS = [
  ['A file of creators', 'Any CSV with a header, or NDJSON, also gzipped. Columns are found by their usual names; --dry-run says what was understood and writes nothing.',
    'build/niched import --platform tiktok --dry-run creators.csv\nbuild/niched import --platform tiktok creators.csv'],
  ['Their posts', 'Likes, comments, views, times, hashtags. Without posts a score rests on the profile alone, with low confidence.', 'build/niched import --platform tiktok posts.csv'],
  ['From YouTube or Instagram', 'By the platform’s own interface, with your key.', 'export NICHED_YOUTUBE_KEY=...\nbuild/niched pull youtube --query \'vegan fitness\' --max 200'],
  ['Your own PostgreSQL', 'Nothing made up is put into it.', 'DATABASE_URL=postgresql:///influencers make run'],
];

export function view(main) {
  const code = (text) => h('div', { className: 'stack' }, h('pre', { className: 'code', tabIndex: 0 }, h('code', {}, text)), h('div', {}, copyButton(() => text)));
  return {
    update() {
      fill(main, h('div', { className: 'stack' }, h('div', {}, h('h1', {}, 'Your data'), h('p', { className: 'muted' }, 'The first import of real creators makes them the default; the made-up ones stay apart and can be removed with niched sandbox --purge.')),
        h('div', { className: 'grid2' }, WAYS.map(([name, what, line]) => h('section', { className: 'card stack' }, h('h2', {}, name), h('p', { className: 'muted' }, what), code(line)))),
        h('p', {}, 'Over HTTP, row by row: ', h('a', { href: '/docs#creator_put' }, 'PUT /creators/{platform}/{username}'), '.')));
    },
  };
}
