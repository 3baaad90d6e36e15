// Elements and words. Invariant: what comes from the service gets into the page as text only, never as markup.

export function h(tag, props, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
    else if (name in el && !name.includes('-') && name !== 'list' && name !== 'form') el[name] = value;
    else el.setAttribute(name, value === true ? '' : value);
  }
  add(el, kids);
  return el;
}

export function add(el, kids) {
  for (const kid of [kids].flat(Infinity)) {
    if (kid === null || kid === undefined || kid === false || kid === '') continue;
    el.append(kid instanceof Node ? kid : document.createTextNode(String(kid)));
  }
  return el;
}

// Puts new children in; the focus stays on the element of the same data-key.
export function fill(el, ...kids) {
  const active = document.activeElement;
  const key = el.contains(active) && active.dataset ? active.dataset.key : null;
  el.replaceChildren();
  add(el, kids);
  if (key) el.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  return el;
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const none = '–';

export const num = (n) => (n === null || n === undefined ? none : whole.format(n));
export const compact = (n) => (n === null || n === undefined ? none : short.format(n).toLowerCase().replace('k', ' k').replace('m', ' m'));
export const fixed = (n, digits = 2) => (n === null || n === undefined ? none : Number(n).toFixed(digits));
export const pct = (n, digits = 1) => (n === null || n === undefined ? none : `${(n * 100).toFixed(digits).replace(/\.0+$/, '')} %`);
export const usd = (n) => (n === null || n === undefined ? none : n > 0 && n < 10 ? `$${Number(n).toFixed(2)}` : `$${whole.format(n)}`);
export const times = (n) => (n === null || n === undefined ? none : `${Number(n).toFixed(2)}×`);
export const day = (s) => (s ? s.slice(0, 10) : none);
export const words = (s) => String(s ?? '').replaceAll('_', ' ').replaceAll('-', ' ');
export const title = (slug) => words(slug).replace(/(^| )(\p{L})/gu, (m) => m.toUpperCase());
export const plural = (n, one, many = `${one}s`) => `${num(n)} ${n === 1 ? one : many}`;

const platforms = { tiktok: 'TikTok', instagram: 'Instagram', youtube: 'YouTube' };
export const platformName = (p) => platforms[p] ?? title(p);

const region = typeof Intl.DisplayNames === 'function' ? new Intl.DisplayNames(['en'], { type: 'region' }) : null;
const tongue = typeof Intl.DisplayNames === 'function' ? new Intl.DisplayNames(['en'], { type: 'language' }) : null;
const named = (names, code) => {
  try {
    return names?.of(code) ?? code;
  } catch {
    return code;
  }
};
export const countryName = (code) => named(region, code);
export const languageName = (code) => named(tongue, code);

// The first letters of a name, for the round picture: pictures of others are never loaded.
export function initials(name) {
  const parts = String(name ?? '').split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = parts.slice(0, 2).map((p) => [...p][0]);
  return letters.join('').toUpperCase() || '?';
}

export const avatar = (creator, big) =>
  h('span', { className: `avatar ${creator.platform}${big ? ' big' : ''}`, 'aria-hidden': 'true' }, initials(creator.name || creator.username));

// A link to the profile, where it is one of the web; made-up addresses are no links.
export function profileLink(url, text) {
  const real = /^https?:\/\//i.test(url ?? '') && !/^https?:\/\/[^/]*\.invalid(\/|$)/i.test(url);
  return real ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text) : h('span', {}, text);
}

export const field = (label, control, hint) =>
  h('label', { className: 'field' }, h('span', { className: 'label' }, label), control, hint && h('span', { className: 'hint' }, hint));

export function select(name, value, options, props) {
  return h('select', { name, 'data-key': name, ...props }, options.map(([v, text]) => h('option', { value: v, selected: v === (value ?? '') }, text)));
}

// Says something to those who hear the page.
export function say(text) {
  document.getElementById('live').textContent = text;
}
