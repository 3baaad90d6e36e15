// How one's own creators get in: a file, looked at before anything is written; commands for the rest.
import { h, fill, num, field, select, words, say, plural, title } from './dom.js';
import { ask, address, copyButton, curlBox, keyFlag, problemBox, quoted } from './api.js';

const WAYS = [
  ['From the command line', 'For what is large. --dry-run says what was understood and writes nothing.', 'build/niched import --platform tiktok --dry-run creators.csv\nbuild/niched import --platform tiktok creators.csv'],
  ['From YouTube or Instagram', 'By the platform’s own interface, with your key.', 'export NICHED_YOUTUBE_KEY=...\nbuild/niched pull youtube --query \'vegan fitness\' --max 200'],
  ['Your own PostgreSQL', 'Nothing made up is put into it.', 'DATABASE_URL=postgresql:///influencers make run'],
  ['Without the made-up ones', 'The first import of real creators makes them the default; the others stay apart until this.', 'build/niched sandbox --purge'],
];
const PLATFORMS = [['', 'As the rows say'], ['tiktok', 'TikTok'], ['instagram', 'Instagram'], ['youtube', 'YouTube']];
const KINDS = [['', 'As the columns say'], ...['creators', 'posts', 'snapshots', 'prices', 'collaborations', 'engagers', 'audience'].map((k) => [k, title(k)])];
const LOOK_BYTES = 8 * 1024 * 1024, POLL_MS = 400;
const OVER = new Set(['done', 'failed', 'cancelled', 'reverted']);

function media(name) {
  if (/\.gz$/i.test(name)) return 'application/gzip';
  return /\.(ndjson|jsonl)$/i.test(name) ? 'application/x-ndjson' : 'text/csv';
}
const bytes = (n) => (n < 1024 ? `${num(n)} bytes` : n < 1048576 ? `${(n / 1024).toFixed(0)} KiB` : `${(n / 1048576).toFixed(1)} MiB`);

export function view(main) {
  let file = null, map = {}, polling = null, turn = 0;
  const platform = select('platform', '', PLATFORMS, { onchange: () => look() });
  const kind = select('kind', '', KINDS, { onchange: () => look() });
  const input = h('input', { type: 'file', id: 'file', accept: '.csv,.tsv,.txt,.ndjson,.jsonl,.json,.gz', onchange: () => take(input.files[0]) });
  const zone = h('div', { className: 'zone', ondragover: (e) => { e.preventDefault(); zone.classList.add('over'); }, ondragleave: () => zone.classList.remove('over'),
    ondrop: (e) => { e.preventDefault(); zone.classList.remove('over'); take(e.dataTransfer.files[0]); } },
  h('label', { htmlFor: 'file' }, h('strong', {}, 'Drop a file here or choose one'), h('span', { className: 'muted' }, 'CSV with a header line or NDJSON, also gzipped: creators, posts, follower histories, prices. Nothing is written before you say so.')), input);
  const out = h('div', { className: 'stack', id: 'import' });

  const params = (more) => ({ kind: kind.value, platform: platform.value, source: file.name, map: Object.entries(map).map(([k, v]) => `${k}=${v || '-'}`), ...more });
  const line = (target) => [`curl -X POST --data-binary @${quoted(file.name)} -H ${quoted(`Content-Type: ${media(file.name)}`)} ${quoted(location.origin + target)}${keyFlag()}`];
  const send = (target, body) => ask(target, { method: 'POST', body, headers: { Accept: 'application/json', 'Content-Type': media(file.name) } });

  function take(chosen) {
    if (!chosen) return;
    [file, map] = [chosen, {}];
    look();
  }

  // Of a large plain file the first part, to the end of a line, is enough to see what it is.
  async function beginning() {
    if (file.size <= LOOK_BYTES || media(file.name) === 'application/gzip') return [file, false];
    const text = await file.slice(0, LOOK_BYTES).text();
    return [text.slice(0, text.lastIndexOf('\n') + 1), true];
  }

  async function look() {
    if (!file) return;
    const mine = ++turn;
    clearTimeout(polling);
    const target = address('/imports', params({ dry_run: 'true' }));
    out.setAttribute('aria-busy', 'true');
    try {
      const [body, cut] = await beginning();
      const seen = await send(target, body);
      if (mine === turn) understood(seen, target, cut);
    } catch (error) {
      if (mine === turn) fill(out, problemBox(error), curlBox([], line(target)));
    } finally {
      out.removeAttribute('aria-busy');
    }
  }

  function column(c) {
    const as = h('input', { type: 'text', value: c.field ?? '', placeholder: 'left out', 'aria-label': `${c.header} is read as`, 'data-key': `map:${c.header}`, onchange: () => { map[c.header] = as.value.trim(); look(); } });
    return h('tr', {}, h('th', { scope: 'row' }, c.header), h('td', {}, as), h('td', { className: 'muted small' }, c.samples.join(' · ')), h('td', { className: 'n' }, c.left_empty ? num(c.left_empty) : '–'));
  }

  const faults = (list) => h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Bad rows' }, h('table', { className: 'plain' }, h('thead', {}, h('tr', {}, ['Line', 'Column', 'Value', 'Why'].map((t) => h('th', { scope: 'col' }, t)))),
    h('tbody', {}, list.map((e) => h('tr', {}, h('td', {}, num(e.line)), h('td', {}, e.column), h('td', {}, e.value), h('td', {}, e.reason))))));

  function understood(seen, target, cut) {
    const used = seen.columns.filter((c) => c.field).length;
    fill(out, h('section', { className: 'card stack' },
      h('div', {}, h('h2', {}, `${file.name}: ${plural(seen.accepted, 'row')} of ${title(seen.kind).toLowerCase()} can be read`), h('p', { className: 'muted' }, `${seen.format}${seen.gzip ? ', gzip' : ''}, ${seen.encoding}, ${bytes(file.size)}${cut ? `, of which the first ${bytes(LOOK_BYTES)} were looked at` : ''}; ${used} of ${plural(seen.columns.length, 'column')} used. Nothing is written yet.`)),
      seen.error && h('p', { className: 'problem' }, seen.error),
      h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Columns' }, h('table', { className: 'plain columns-table' }, h('thead', {}, h('tr', {}, [['Column', ''], ['Is read as', ''], ['For example', ''], ['Left empty', 'n']].map(([t, className]) => h('th', { scope: 'col', className }, t)))), h('tbody', {}, seen.columns.map(column)))),
      seen.refused > 0 && h('h3', {}, `${plural(seen.refused, 'bad row')}, which would be left out`), seen.errors.length > 0 && faults(seen.errors),
      h('p', { className: 'chips' }, h('button', { type: 'button', className: 'primary', disabled: !!seen.error || !seen.accepted, onclick: write }, cut ? 'Import the file' : `Import ${plural(seen.accepted, 'row')}`),
        h('button', { type: 'button', onclick: () => { file = null; input.value = ''; turn++; fill(out); } }, 'Not this one'))),
    curlBox([], line(target)));
    say(`${seen.accepted} rows of ${seen.kind} can be read`);
  }

  async function write() {
    const target = address('/imports', params());
    fill(out, h('section', { className: 'card stack' }, h('h2', {}, `Sending ${file.name}`), h('progress', { 'aria-label': 'Sending' })), curlBox([], line(target)));
    try {
      follow((await send(target, file)).id, target);
    } catch (error) {
      fill(out, problemBox(error), curlBox([], line(target)));
    }
  }

  async function follow(id, target) {
    try {
      const job = await ask(`/imports/${id}`);
      const errors = OVER.has(job.status) && job.refused ? await ask(`/imports/${id}/errors?limit=20`) : null;
      progress(job, errors, target);
      if (!OVER.has(job.status)) polling = setTimeout(() => follow(id, target), POLL_MS);
    } catch (error) {
      fill(out, problemBox(error));
    }
  }

  function progress(job, errors, target) {
    const bar = h('progress', { max: job.bytes_total || 1, value: job.bytes, 'aria-label': 'Progress' });
    const back = async () => {
      try {
        follow((await ask(`/imports/${job.id}`, { method: 'DELETE' })).id, target);
      } catch (error) {
        out.prepend(problemBox(error));
      }
    };
    const counts = [['Rows', job.rows], ['Accepted', job.accepted], ['Refused', job.refused], ['New', job.created], ['Changed', job.updated], ['As before', job.unchanged], ['New accounts', job.accounts_created]];
    fill(out, h('section', { className: 'card stack' }, h('h2', {}, `${job.source}: ${words(job.status)}`), !OVER.has(job.status) && bar, job.error && h('p', { className: 'problem' }, job.error),
      h('dl', { className: 'numbers' }, counts.map(([k, v]) => h('div', {}, h('dt', {}, k), h('dd', {}, num(v))))),
      errors?.items.length > 0 && h('div', {}, h('h3', {}, 'Bad rows'), faults(errors.items), h('p', {}, h('a', { href: `/imports/${job.id}/errors?format=csv`, download: 'errors.csv' }, 'All of them as CSV'))),
      job.status === 'done' && h('p', {}, 'They are scored by themselves and rank within seconds. ', h('a', { href: '#/' }, 'Find them')),
      (job.revertible || !OVER.has(job.status)) && h('p', {}, h('button', { type: 'button', 'data-key': 'back', onclick: back }, OVER.has(job.status) ? 'Take it back' : 'Stop'))),
    curlBox([], [...line(target), `curl ${quoted(`${location.origin}/imports/${job.id}`)}${keyFlag()}`]));
    if (!OVER.has(job.status)) return;
    say(`import ${job.status}`);
    document.dispatchEvent(new Event('worldchange'));
  }

  const code = (text) => h('div', { className: 'stack' }, h('pre', { className: 'code', tabIndex: 0 }, h('code', {}, text)), h('div', {}, copyButton(() => text)));
  fill(main, h('div', { className: 'stack' }, h('div', {}, h('h1', {}, 'Your data'), h('p', { className: 'muted' }, 'A file of creators or posts is looked at first: what was understood, column by column.')),
    zone, h('div', { className: 'form-grid' }, field('Platform', platform), field('What the rows are', kind)), out,
    h('div', { className: 'grid2' }, WAYS.map(([name, what, text]) => h('section', { className: 'card stack' }, h('h2', {}, name), h('p', { className: 'muted' }, what), code(text)))),
    h('p', {}, 'Row by row over HTTP: ', h('a', { href: '/docs#creator_put' }, 'PUT /creators/{platform}/{username}'), '.')));

  return { update() {}, leave: () => { turn++; clearTimeout(polling); } };
}
