// What happened, each entry with its why; the ratings among it; what was set aside.

import { fill, make, momentOf, own, put, say, timeOf } from './live.js';

const RATINGS_SHOWN = 5;
const NEWS_SHOWN = 30;

let asideShown = '';
let newsShown = '';

export function showLevels(picture) {
  const counts = { ...picture.today.levels, unrated: picture.today.unrated };
  const most = Math.max(1, ...Object.values(counts));
  const kept = picture.today.rated > 0 && !Object.values(picture.today.levels).some(Boolean);
  for (const row of document.querySelectorAll('[data-level]')) {
    const count = counts[row.dataset.level] || 0;
    put(row, 'count', kept && row.dataset.level !== 'unrated' ? say('none') : count);
    row.querySelector('.meter').style.setProperty('--part', count / most);
  }
  const rejected = Object.values(picture.rejected).reduce((sum, count) => sum + count, 0);
  document.getElementById('rejected').textContent = rejected ? say('rejected', { count: rejected }) : '';
}

export function showAside(picture) {
  const wanted = JSON.stringify(picture.aside);
  if (wanted === asideShown) return;
  asideShown = wanted;
  document.getElementById('aside-panel').hidden = picture.aside.length === 0;
  fill(document.getElementById('aside'), picture.aside.map((line) => asideLine(line, picture.now)));
}

function asideLine(line, now) {
  const item = make('li');
  item.append(
    make('time', '', momentOf(line.at, now)),
    make('span', '', line.unit + ' · ' + own(line.why)),
    make('small', '', line.detail),
  );
  return item;
}

export function showNews(picture) {
  const latest = String(picture.news.length && picture.news[0].sequence);
  if (latest === newsShown) return;
  newsShown = latest;
  const ratings = picture.news.filter((line) => line.kind === 'Rated').slice(0, RATINGS_SHOWN);
  fill(document.getElementById('ratings'), ratings.map(newsLine));
  document.getElementById('no-ratings').hidden = ratings.length > 0 || picture.today.rated > 0;
  showFeed(document.getElementById('news'), picture.news.slice(0, NEWS_SHOWN));
}

// What stays keeps its element: who reads a reason does not lose it to the next line.
function showFeed(list, news) {
  const there = new Map([...list.children].map((item) => [item.dataset.sequence, item]));
  const wanted = news.map((line) => there.get(String(line.sequence)) || newsLine(line));
  for (const item of [...list.children]) if (!wanted.includes(item)) item.remove();
  wanted.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] || null);
  });
}

function newsLine(line) {
  const item = make('li');
  item.dataset.kind = line.kind;
  item.dataset.sequence = line.sequence;
  const text = make('span', '', own(line.text));
  item.append(make('time', '', timeOf(line.at)));
  if (!line.why) {
    item.append(text);
    return item;
  }
  const details = make('details');
  const summary = make('summary');
  summary.append(text);
  details.append(summary, make('small', '', own(line.why)));
  item.append(details);
  return item;
}
