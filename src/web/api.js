// Questions to the service that serves this page, and the curl lines that ask the same.
import { h, add, say } from './dom.js';

export class Problem extends Error {
  constructor(document, status) {
    super(document.detail || document.title || 'the request failed');
    this.document = document;
    this.status = status;
  }
}

// Path and query; empty parameters are left out, of a list each value is given, commas stay readable.
export function address(path, params) {
  const given = Object.entries(params ?? {}).flatMap(([k, v]) => (Array.isArray(v) ? v.map((one) => [k, one]) : [[k, v]])).filter(([, v]) => v !== null && v !== undefined && v !== '');
  const code = (s) => encodeURIComponent(s).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%20', '+').replaceAll('%40', '@');
  return path + (given.length ? '?' + given.map(([k, v]) => `${code(k)}=${code(v)}`).join('&') : '');
}

// The key that was pasted at the foot of the page: sent with each question, kept as long as the tab.
const pasted = () => sessionStorage.getItem('key') ?? '';
export const keyHeader = () => (pasted() ? { Authorization: `Bearer ${pasted()}` } : {});
// What a curl line says in place of the key: it must not be copied along.
export const keyFlag = () => (pasted() ? ' -H "Authorization: Bearer $NICHED_KEY"' : '');

export async function ask(target, options) {
  let answer;
  try {
    answer = await fetch(target, { ...options, headers: { Accept: 'application/json', ...keyHeader(), ...options?.headers } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem({ title: 'no answer', detail: 'the service does not answer; is it still running?' }, 0);
  }
  const text = answer.status === 204 ? '' : await answer.text();
  let value;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    throw new Problem({ title: 'no JSON', detail: 'the answer is not JSON' }, answer.status);
  }
  if (!answer.ok) throw new Problem(value ?? {}, answer.status);
  return value;
}

// A text as one word of a shell.
export const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
export const curl = (target) => `curl ${quoted(location.origin + target)}${keyFlag()}`;

export function copyButton(text) {
  const button = h('button', { type: 'button', className: 'copy', onclick: copy }, 'Copy');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      const area = h('textarea', { value: text(), className: 'offscreen', 'aria-hidden': 'true' });
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      button.focus();
    }
    button.textContent = 'Copied';
    say('copied');
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  }
  return button;
}

// The lines that ask for what a view shows.
export function curlBox(targets, lines = targets.map(curl)) {
  return h('section', { className: 'curl', 'aria-label': 'The same from a command line' },
    h('div', { className: 'curl-head' }, h('span', {}, lines.length === 1 ? 'This view as a curl line' : 'This view as curl lines'),
      copyButton(() => lines.join('\n'))),
    h('pre', { tabIndex: 0 }, h('code', {}, lines.join('\n'))));
}

// What went wrong, with a way out where the service names one. retry(text): what a suggested spelling does.
export function problemBox(error, retry) {
  const d = error.document ?? { title: 'a mistake of this page', detail: String(error.message ?? error) };
  const hints = d.did_you_mean ?? [];
  const box = h('section', { className: 'problem', role: 'alert' }, h('h2', {}, d.title ? sentence(d.title) : 'That did not work'),
    h('p', {}, sentence(d.detail ?? '')), d.allowed && d.allowed !== d.detail && h('p', { className: 'muted' }, `Allowed: ${d.allowed}`));
  if (hints.length && retry)
    box.append(h('p', { className: 'chips' }, h('span', {}, 'Did you mean '),
      hints.map((hint) => h('button', { type: 'button', className: 'chip', onclick: () => retry(hint, d.param) }, hint))));
  if (d.code?.startsWith('AUTH_')) add(box, h('p', {}, 'A key can be pasted at the foot of this page.'));
  if (d.code) add(box, h('p', { className: 'muted small' }, `${d.code} · request ${d.request_id ?? ''}`));
  return box;
}

const sentence = (s) => s && s[0].toUpperCase() + s.slice(1);
