// The frame: which view the address behind # asks for. #/match?niche=vegan is the view of /match?niche=vegan.
import { h, fill } from './dom.js';
import { ask, problemBox } from './api.js';
import * as search from './search.js';
import './frame.js';

const views = {
  match: { title: 'Find', load: async () => search },
  creator: { title: 'Creator', load: () => import('./creator.js') },
  plan: { title: 'Plan', load: () => import('./plan.js') },
  stand: { title: 'Where do I stand?', load: () => import('./stand.js') },
  data: { title: 'Your data', load: () => import('./data.js') },
};

const main = document.getElementById('main');
let shown = { name: null, view: null };

function place() {
  const hash = location.hash.replace(/^#\/?/, '');
  const [path, query = ''] = hash.split('?', 2);
  const [name, ...rest] = path.split('/').map(decodeURIComponent);
  return { name: views[name] ? name : 'match', rest, params: Object.fromEntries(new URLSearchParams(query)) };
}

async function show() {
  const { name, rest, params } = place();
  const fresh = shown.name !== name;
  for (const link of document.querySelectorAll('nav a[data-view]')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.getElementById('tip').hidden = true;
  if (!fresh) return shown.view.update(params, rest);
  const module = await views[name].load();
  if (place().name !== name) return undefined;
  shown.view?.leave?.();
  const first = shown.name === null;
  shown = { name, view: module.view(main) };
  document.title = `${views[name].title} – niched`;
  const done = shown.view.update(params, rest);
  if (!first) {
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  return done;
}

function showSafely() {
  show().catch((error) => fill(main, problemBox(error)));
}

async function banner() {
  const box = document.getElementById('banner');
  try {
    const ready = await ask('/readyz');
    document.getElementById('foot').textContent = `niched · model ${ready.model_version}`;
    box.hidden = ready.default_world !== 'sandbox';
    fill(box, h('p', {}, h('strong', {}, 'Sandbox. '), 'These creators are made up and their clock stands still. ',
      h('a', { href: '#/data' }, 'Load your own')));
  } catch (error) {
    fill(box, problemBox(error));
    box.hidden = false;
  }
}

window.addEventListener('hashchange', showSafely);
// an import may have made the real creators the default; the service notices within a second
document.addEventListener('worldchange', () => setTimeout(banner, 1500));
showSafely();
banner();
