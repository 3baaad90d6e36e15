// The reference: openapi.json to read and to try. What it shows and sends comes from that file alone.
import { h, fill, say } from './dom.js';
import { ask, address, keyFlag, keyHeader, quoted, copyButton, problemBox } from './api.js';
import './frame.js';

const main = document.getElementById('main');
let document_ = null;

const resolve = (value) => {
  let at = value;
  for (let i = 0; at?.$ref && i < 20; i++) at = { ...at.$ref.slice(2).split('/').reduce((v, k) => v[k.replaceAll('~1', '/').replaceAll('~0', '~')], document_), ...Object.fromEntries(Object.entries(at).filter(([k]) => k !== '$ref')) };
  return at ?? {};
};
const refName = (schema) => schema?.$ref?.split('/').pop() ?? null;

// ---- words: paragraphs, `code` and **strong**

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => (part.startsWith('`') ? h('code', {}, part.slice(1, -1)) : part.startsWith('**') ? h('strong', {}, part.slice(2, -2)) : part.replace(/\s+/g, ' ')));
}
const prose = (text) => text && h('div', { className: 'prose' }, text.trim().split(/\n\s*\n/).map((p) => h('p', {}, inline(p))));

// ---- schemas

function type(schema) {
  const s = resolve(schema);
  if (s.oneOf || s.anyOf) return (s.oneOf ?? s.anyOf).map((o) => refName(o) ?? type(o)).join(' or ');
  const kinds = [s.type].flat().filter(Boolean);
  if (kinds.includes('array')) return `list of ${refName(s.items) ?? type(s.items ?? {})}${kinds.includes('null') ? ' or null' : ''}`;
  return kinds.join(' or ') || (s.properties || s.allOf ? 'object' : 'any');
}
function bounds(schema) {
  const s = resolve(schema), inner = s.type === 'array' ? resolve(s.items) : s;
  return [inner.enum && `one of ${inner.enum.filter((v) => !String(v).startsWith('-')).join(', ')}`, inner.minimum !== undefined && inner.maximum !== undefined && `${inner.minimum} to ${inner.maximum}`,
    inner.maxLength !== undefined && `at most ${inner.maxLength} characters`, s.default !== undefined && `default ${s.default}`].filter(Boolean).join('; ');
}
function properties(schema) {
  const s = resolve(schema);
  return Object.assign({}, ...(s.allOf ?? []).map(properties), s.properties ?? {});
}
const inner = (schema) => { const s = resolve(schema); const one = (s.oneOf ?? s.anyOf ?? [s]).map(resolve).find((o) => o.type !== 'null') ?? s; return [one.type].flat().includes('array') ? inner(one.items ?? {}) : one; };

// Members open on demand, so that a deep schema costs nothing until it is looked at.
function members(schema, depth = 0) {
  const all = Object.entries(properties(inner(schema)));
  if (!all.length || depth > 6) return null;
  return h('dl', { className: depth ? 'params schema' : 'params' }, all.map(([name, value]) => {
    const s = resolve(value), deeper = Object.keys(properties(inner(value))).length > 0;
    const more = deeper && h('details', { className: 'plainly', ontoggle: (e) => { if (e.target === more && more.open && more.children.length === 1) more.append(members(value, depth + 1)); } }, h('summary', {}, 'members'));
    return h('div', {}, h('dt', {}, h('code', {}, name), h('span', { className: 'muted small' }, type(value))), h('dd', {}, s.description && h('span', {}, inline(s.description)), bounds(value) && h('span', { className: 'muted' }, bounds(value)), more));
  }));
}

// ---- an operation

const exampleOf = (content) => content?.example ?? Object.values(content?.examples ?? {})[0]?.value;
const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
const parameterExample = (p) => p.example ?? resolve(p.schema).example ?? resolve(p.schema).examples?.[0];

function params(list) {
  return list.length > 0 && h('dl', { className: 'params' }, list.map((p) => h('div', {}, h('dt', {}, h('code', {}, p.name), h('span', { className: 'muted small' }, p.in === 'path' ? 'in the path, ' : '', type(p.schema)), p.required && h('span', { className: 'need' }, 'required')),
    h('dd', {}, p.description && h('span', {}, inline(p.description)), bounds(p.schema) && h('span', { className: 'muted' }, bounds(p.schema)), parameterExample(p) !== undefined && h('span', {}, 'for example ', h('code', {}, String(parameterExample(p))))))));
}

function answers(op) {
  return Object.entries(op.responses).map(([status, value]) => {
    const r = resolve(value), [media, content] = Object.entries(r.content ?? {}).find(([m]) => m.endsWith('json')) ?? Object.entries(r.content ?? {})[0] ?? [];
    const example = exampleOf(content);
    const box = h('details', { className: 'plainly', ontoggle: (e) => { if (e.target === box && box.open && box.children.length === 1) box.append(...[members(content?.schema ?? {}), example !== undefined && h('h4', {}, 'Example'), example !== undefined && h('pre', { className: 'code example', tabIndex: 0 }, shown(example))].filter(Boolean)); } },
      h('summary', {}, h('strong', {}, status), ' ', r.description?.split('\n')[0] ?? '', media && h('span', { className: 'muted small' }, ` ${media}`)));
    return box;
  });
}

const DEFAULTS = { niche: 'vegan-fitness', budget_usd: '2000', slug: 'vegan-fitness', id: '76', creators: '64,67', platform: 'tiktok', username: 'ivy.vegan_c', followers: '9000', engagement_rate: '5pct', file: 'app.js' };
const firstValue = (path, p) => (p.required || p.in === 'path' || (path === '/standing' && p.name === 'engagement_rate') ? String(parameterExample(p) ?? DEFAULTS[p.name] ?? '') : '');

function tryIt(method, path, list, body) {
  const inputs = list.map((p) => {
    const values = resolve(p.schema).enum;
    const props = { name: p.name, 'data-in': p.in, 'aria-label': `${p.name} of ${method} ${path}` };
    return values ? h('select', props, ['', ...values].map((v) => h('option', { value: v, selected: firstValue(path, p) === String(v) }, String(v)))) : h('input', { type: 'text', ...props, value: firstValue(path, p), placeholder: p.required ? 'required' : '' });
  });
  const content = body && Object.entries(body.content)[0];
  const text = content && h('textarea', { value: shown(exampleOf(content[1]) ?? {}), 'aria-label': `Body of ${method} ${path}`, spellcheck: false });
  const line = h('code', {}), out = h('div', { className: 'stack', 'aria-live': 'polite' });
  const target = () => {
    let where = path;
    const query = {};
    list.forEach((p, i) => { if (p.in === 'path') where = where.replace(`{${p.name}}`, encodeURIComponent(inputs[i].value)); else if (p.in === 'query') query[p.name] = inputs[i].value; });
    return address(where, query);
  };
  const headers = () => Object.fromEntries([...(content ? [['Content-Type', content[0]]] : []), ...list.map((p, i) => [p.name, p.in === 'header' && inputs[i].value]).filter(([, v]) => v)]);
  const command = () => ['curl', ...(method === 'GET' ? [] : ['-X', method]), quoted(location.origin + target()), ...Object.entries(headers()).flatMap(([k, v]) => ['-H', quoted(`${k}: ${v}`)]), ...(text ? ['-d', quoted(text.value)] : [])].join(' ') + keyFlag();
  const show = () => { line.textContent = command(); };
  const send = async (event) => {
    event.preventDefault();
    show();
    const from = performance.now();
    try {
      const answer = await fetch(target(), { method, headers: { ...keyHeader(), ...headers() }, body: text?.value });
      const got = await answer.text(), took = performance.now() - from;
      let value = got;
      if ((answer.headers.get('Content-Type') ?? '').includes('json') && !answer.headers.get('Content-Type').includes('ndjson')) value = JSON.stringify(JSON.parse(got), null, 2);
      fill(out, h('p', {}, h('span', { className: 'status' }, `${answer.status} ${answer.statusText}`), h('span', { className: 'muted' }, ` in ${took.toFixed(0)} ms, ${got.length.toLocaleString('en-US')} characters`)), h('pre', { className: 'code example', tabIndex: 0 }, value.length > 60000 ? `${value.slice(0, 60000)}\n…` : value));
      say(`answer ${answer.status}`);
    } catch {
      fill(out, problemBox({ document: { title: 'no answer', detail: 'the service does not answer' } }));
    }
  };
  const fields = inputs.map((input, i) => h('label', { className: 'field' }, h('span', { className: 'label' }, list[i].name), input));
  const first = fields.filter((_, i) => list[i].required || inputs[i].value), rest = fields.filter((f) => !first.includes(f));
  const form = h('form', { className: 'try', oninput: show, onchange: show, onsubmit: send }, first.length > 0 && h('div', { className: 'form-grid' }, first),
    rest.length > 0 && h('details', { className: 'plainly', open: first.length === 0 && rest.length < 9 }, h('summary', {}, `${rest.length} optional parameters`), h('div', { className: 'form-grid' }, rest)), text,
    h('div', { className: 'card-head' }, h('button', { type: 'submit', className: 'primary' }, `Send ${method}`), method !== 'GET' && path !== '/match/batch' && h('span', { className: 'muted small' }, 'This changes the store.'), copyButton(command)),
    h('pre', { className: 'code', tabIndex: 0 }, line), out);
  show();
  return form;
}

function operation(path, method, op, shared) {
  const list = [...(shared ?? []), ...(op.parameters ?? [])].map(resolve);
  const body = op.requestBody && resolve(op.requestBody);
  const attempt = h('details', { className: 'plainly attempt', ontoggle: (e) => { if (e.target === attempt && attempt.open && attempt.children.length === 1) attempt.append(tryIt(method.toUpperCase(), path, list, body)); } }, h('summary', {}, 'Try it'));
  return h('details', { className: 'op card', id: op.operationId }, h('summary', {}, h('h3', {}, h('span', { className: `verb ${method}` }, method.toUpperCase()), h('code', {}, path), h('span', { className: 'muted' }, op.summary))),
    prose(op.description), attempt, list.length > 0 && h('h4', {}, 'Parameters'), params(list),
    body && h('h4', {}, 'Body'), body && members(Object.values(body.content)[0].schema), h('h4', {}, 'Answers'), answers(op));
}

function draw() {
  const all = Object.entries(document_.paths).flatMap(([path, item]) => ['get', 'put', 'post', 'patch', 'delete'].filter((m) => item[m]).map((m) => ({ path, method: m, op: item[m], shared: item.parameters })));
  const tags = document_.tags ?? [];
  fill(document.getElementById('toc'), h('details', { open: matchMedia('(min-width: 60rem)').matches }, h('summary', {}, 'All calls'), tags.map((tag) => [h('h2', {}, tag.description), h('ul', {}, all.filter((o) => o.op.tags?.includes(tag.name)).map((o) => h('li', {}, h('a', { href: `#${o.op.operationId}` }, h('span', { className: `verb ${o.method}` }, o.method.toUpperCase()), h('span', {}, o.path.split(/(?=\/)/).flatMap((part) => [part, h('wbr')]))))))])));
  fill(main, h('div', {}, h('h1', {}, 'Reference'), h('p', { className: 'muted' }, document_.info.summary)), prose(document_.info.description),
    tags.map((tag) => [h('h2', {}, tag.description), all.filter((o) => o.op.tags?.includes(tag.name)).map((o) => operation(o.path, o.method, o.op, o.shared))]));
  go();
}

function go() {
  const at = document.getElementById(location.hash.slice(1));
  if (!at?.matches('.op')) return;
  at.open = true;
  at.scrollIntoView();
}

window.addEventListener('hashchange', go);
ask('/openapi.json').then((value) => { document_ = value; draw(); }).catch((error) => fill(main, h('h1', {}, 'Reference'), problemBox(error)));
