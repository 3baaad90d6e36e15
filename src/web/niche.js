// The field for a niche: suggestions while one types, by the pattern of an ARIA combobox.
import { h, fill, num, say } from './dom.js';
import { ask, address } from './api.js';

let made = 0;

// choose(text): Enter or a suggestion. Returns the box; box.input is the field.
export function nicheField({ value, choose, placeholder, label }) {
  const id = `niche-${++made}`;
  const input = h('input', {
    id, type: 'text', name: 'niche', value: value ?? '', placeholder: placeholder ?? 'vegan fitness', autocomplete: 'off', spellcheck: false,
    role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${id}-list`, 'data-key': 'niche',
  });
  const list = h('ul', { id: `${id}-list`, role: 'listbox', className: 'options', hidden: true, 'aria-label': 'Niches' });
  const box = h('div', { className: 'combo' }, h('label', { htmlFor: id, className: 'label' }, label ?? 'Niche'), input, list);
  let items = [], at = -1, asked = 0, timer = null;

  const close = () => {
    clearTimeout(timer);
    asked++;
    at = -1;
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const take = (i) => {
    input.value = [...input.value.split(',').slice(0, -1), items[i].slug].map((s) => s.trim()).join(',');
    close();
    choose(input.value);
  };
  const mark = (i) => {
    at = i;
    [...list.children].forEach((el, n) => el.setAttribute('aria-selected', String(n === at)));
    if (at >= 0) {
      input.setAttribute('aria-activedescendant', list.children[at].id);
      list.children[at].scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const open = () => {
    fill(list, items.map((item, i) => h('li', { id: `${id}-${i}`, role: 'option', 'aria-selected': 'false', onpointerdown: (e) => { e.preventDefault(); take(i); } },
      h('span', { className: 'grow' }, item.label, item.matched_alias && h('span', { className: 'muted' }, ` · ${item.matched_alias}`)),
      h('span', { className: 'muted' }, num(item.creators)))));
    list.hidden = items.length === 0;
    input.setAttribute('aria-expanded', String(items.length > 0));
    mark(-1);
    say(items.length ? `${items.length} suggestions` : 'no suggestions');
  };
  const look = async () => {
    const mine = ++asked;
    const q = input.value.split(',').pop().trim();
    if (!q) return close();
    try {
      const found = await ask(address('/niches', { q, limit: 8 }));
      if (mine !== asked) return;
      items = found.items;
      open();
    } catch {
      close();
    }
  };

  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 90); });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      clearTimeout(timer);
      asked++; // a list that is being walked through stays as it is
      if (list.hidden) look();
      else mark((at + (event.key === 'ArrowDown' ? 1 : items.length + (at < 0 ? 0 : -1))) % items.length);
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (at >= 0 && !list.hidden) take(at);
      else {
        close();
        choose(input.value.trim());
      }
    }
  });
  box.input = input;
  return box;
}
