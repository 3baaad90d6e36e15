// What both pages have: the button for light and dark, the link to the content, the key.
import { h } from './dom.js';
import { keyHeader } from './api.js';

const button = document.getElementById('theme');
const system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';

function label() {
  const next = isDark() ? 'light' : 'dark';
  button.textContent = isDark() ? 'Light' : 'Dark';
  button.setAttribute('aria-label', `${button.textContent}: use the ${next} theme`);
}

function changed() {
  label();
  document.dispatchEvent(new Event('themechange'));
}

button.addEventListener('click', () => {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem('theme', next);
  changed();
});
system.addEventListener('change', changed);
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main').focus();
});
label();

// A link to a file cannot send a key: it is fetched and handed over.
document.addEventListener('click', async (event) => {
  const link = event.target.closest?.('a[download]');
  if (!link || !keyHeader().Authorization || link.href.startsWith('blob:')) return;
  event.preventDefault();
  const answer = await fetch(link.href, { headers: keyHeader() });
  const file = h('a', { href: URL.createObjectURL(await answer.blob()), download: answer.ok ? link.download : 'problem.json' });
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 10000);
});

const key = document.getElementById('key'), text = document.getElementById('key-text');
text.value = sessionStorage.getItem('key') ?? '';
key.addEventListener('submit', (event) => {
  event.preventDefault();
  const value = text.value.trim();
  if (value) sessionStorage.setItem('key', value);
  else sessionStorage.removeItem('key');
  location.reload();
});
