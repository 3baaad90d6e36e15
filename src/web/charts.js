// Charts by Chart.js, which is loaded when the first one is drawn. Each canvas says in words what it shows.
import { h } from './dom.js';

let loading = null;

function library() {
  loading ??= new Promise((done, fail) => {
    const script = h('script', { src: '/assets/chart.min.js', onload: () => done(window.Chart), onerror: () => fail(new Error('Chart.js did not load')) });
    document.head.append(script);
  });
  return loading;
}

export function colours() {
  const of = getComputedStyle(document.documentElement);
  const get = (name) => of.getPropertyValue(`--${name}`).trim();
  return {
    ink: get('ink'), muted: get('muted'), line: get('line'), card: get('card'), accent: get('accent'), soft: get('accent-soft'), warn: get('warn'),
    tiktok: get('tiktok'), instagram: get('instagram'), youtube: get('youtube'), faint: get('faint'),
  };
}

// config(colours): what Chart.js draws. Drawn anew when the theme changes. Returns the figure; figure.chart once it is there.
export function chart(config, { label, className = '' }) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  const figure = h('div', { className: `canvas ${className}` }, canvas);
  const draw = async () => {
    const Chart = await library();
    if (!figure.isConnected) return;
    const c = colours();
    Chart.defaults.color = c.muted;
    Chart.defaults.borderColor = c.line;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    figure.chart?.destroy();
    figure.chart = new Chart(canvas, { ...config(c), options: { responsive: true, maintainAspectRatio: false, animation: false, ...config(c).options } });
    figure.dataset.drawn = 'true';
  };
  const again = () => {
    if (figure.isConnected) draw();
    else document.removeEventListener('themechange', again);
  };
  document.addEventListener('themechange', again);
  requestAnimationFrame(() => draw().catch(() => figure.replaceChildren(h('p', { className: 'muted' }, label))));
  return figure;
}

export const usualRate = (benchmark, followers) => benchmark.rate_at_10k * (followers / 10000) ** benchmark.beta;
