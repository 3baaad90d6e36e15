// What both pages have: the button for light and dark, the link to the content.
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
