// Why somebody is not in the list, or how far down: the form and what the service says of each account of that name.
import { h, num, fixed, pct, usd, words, title, platformName, plural } from './dom.js';
import { creatorLink } from './results.js';

const money = (f) => /usd/.test(f), share = (f) => /rate|share|authenticity|confidence|growth/.test(f);
const shown = (filter, value) => (!/^-?\d+(\.\d+)?$/.test(value ?? '') ? String(value ?? 'nothing') : money(filter) ? usd(+value) : share(filter) ? pct(+value) : num(+value));

function said(account, niche) {
  const e = account.evidence[0];
  const reasons = {
    not_in_niche: () => `makes too little of ${title(niche)}: ${e?.posts_weighted ? `${fixed(e.posts_weighted)} posts’ worth of evidence` : 'no evidence'} in ${plural(account.recent_posts ?? 0, 'recent post')}, ${fixed(e?.posts_weighted_needed, 1)} needed`,
    in_part: () => `is related to ${title(niche)} or makes only a part of it; partial matches can be listed`,
    filtered: () => `is kept out by ${account.failed.map((f) => `${words(f.filter)} (${f.unknown ? 'not known' : shown(f.filter, f.value)}, asked ${shown(f.filter, f.asked)})`).join(' and ')}`,
    ranked: () => `is at rank ${num(account.rank)} with ${fixed(account.score, 1)}${account.shown ? ', on this page' : ''}${account.below_last_shown?.points ? `, ${fixed(account.below_last_shown.points, 1)} points below the last one shown, most by ${words(account.below_last_shown.most)}` : ''}`,
  };
  return h('li', {}, creatorLink({ id: account.creator_id, name: `@${account.username}` }, null), ` on ${platformName(account.platform)} ${(reasons[account.reason] ?? (() => words(account.reason)))()}.`);
}

export function whyNotAnswer(answer, niche) {
  const w = answer.why_not;
  if (!w) return null;
  return h('section', { className: 'card stack', id: 'why-not' }, h('h2', {}, `Where is ${w.asked}?`),
    w.accounts.length ? h('ul', {}, w.accounts.map((a) => said(a, niche))) : h('p', {}, 'Nobody of that name is in the store.'));
}

export function whyNotForm(value, go) {
  const input = h('input', { type: 'text', name: 'why_not', value: value ?? '', placeholder: '@handle', 'data-key': 'why_not', 'aria-label': 'Handle or id of a creator' });
  return h('form', { className: 'toolbar', onsubmit: (e) => { e.preventDefault(); go({ why_not: input.value.trim() }); } }, h('span', { className: 'muted' }, 'Why is somebody not here?'), h('span', { className: 'handle' }, input), h('button', { type: 'submit' }, 'Ask'));
}
