// Placing things on the floor plan by dragging or with the arrow keys. The form's fields follow,
// and they alone are sent: without this, they are filled in by hand.

const ground = document.getElementById('ground');
const form = document.getElementById('floor-form');
const words = document.getElementById('floor-words').dataset;
const movers = [...ground.querySelectorAll('.mover')];
const grid = Number(ground.dataset.grid);
const width = Number(ground.dataset.width);
const height = Number(ground.dataset.height);
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 4;
const MOST_SAID = 20;

let held = null;
let dirty = false;

ground.style.setProperty('--least', ground.dataset.least + 'px');

for (const mover of movers) {
  mover.addEventListener('pointerdown', (event) => take(mover, event));
  mover.addEventListener('pointermove', drag);
  mover.addEventListener('pointerup', drop);
  mover.addEventListener('pointercancel', putBack);
  mover.addEventListener('keydown', (event) => step(mover, event));
  for (const axis of ['x', 'y']) fieldOf(mover, axis).addEventListener('change', () => typed(mover));
}
form.addEventListener('input', () => soil());
form.addEventListener('submit', () => { dirty = false; });
window.addEventListener('beforeunload', (event) => {
  if (!dirty) return;
  event.preventDefault();
  event.returnValue = '';
});

// --- by hand --------------------------------------------------------------------------------

function take(mover, event) {
  if (event.button !== 0) return;
  const at = pointOf(event);
  held = { mover, from: placeOf(mover), dx: at.x - placeOf(mover).x, dy: at.y - placeOf(mover).y };
  mover.setPointerCapture(event.pointerId);
  mover.dataset.held = 'true';
  mover.focus();
  event.preventDefault();
}

function drag(event) {
  if (!held || held.mover !== event.currentTarget) return;
  const at = pointOf(event);
  put(held.mover, snapped(at.x - held.dx, width), snapped(at.y - held.dy, height));
  warn();
}

function drop(event) {
  if (!held || held.mover !== event.currentTarget) return;
  const { mover, from } = held;
  letGo();
  const now = placeOf(mover);
  if (now.x !== from.x || now.y !== from.y) moved(mover);
}

function putBack() {
  if (!held) return;
  put(held.mover, held.from.x, held.from.y);
  letGo();
  warn();
}

function letGo() {
  held.mover.dataset.held = 'false';
  held = null;
}

function pointOf(event) {
  const point = ground.createSVGPoint();
  point.x = event.clientX;
  point.y = event.clientY;
  return point.matrixTransform(ground.getScreenCTM().inverse());
}

// --- by keyboard ----------------------------------------------------------------------------

function step(mover, event) {
  if (event.key === 'Escape') { putBack(); return; }
  const way = STEPS[event.key];
  if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const far = grid * (event.shiftKey ? FAR : 1);
  const from = placeOf(mover);
  const to = { x: snapped(from.x + way[0] * far, width), y: snapped(from.y + way[1] * far, height) };
  if (to.x === from.x && to.y === from.y) { tell(said('edge', { name: nameOf(mover) })); return; }
  put(mover, to.x, to.y);
  moved(mover);
  mover.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

// --- both -----------------------------------------------------------------------------------

// What was drawn by itself stays where it is from now on: it must not jump when the page is kept.
function moved(mover) {
  for (const other of movers) if (other.dataset.given === 'false') keep(other);
  keep(mover);
  soil();
  const { x, y } = placeOf(mover);
  const found = warn().filter((pair) => pair.includes(mover));
  tell([
    said('at', { name: nameOf(mover), x: metres(x), y: metres(y) }),
    ...found.map(([one, other]) => said('overlap', { one: nameOf(one), other: nameOf(other) })),
  ].join('. '));
}

function keep(mover) {
  const { x, y } = placeOf(mover);
  mover.dataset.given = 'true';
  fieldOf(mover, 'x').value = metres(x);
  fieldOf(mover, 'y').value = metres(y);
}

// A field that was filled in moves what it belongs to, if it says a place.
function typed(mover) {
  const [x, y] = ['x', 'y'].map((axis) => {
    const text = fieldOf(mover, axis).value.trim().replace(',', '.').replace('，', '.');
    return text === '' ? NaN : Number(text) * 100;
  });
  if (!(x >= 0 && x <= width && y >= 0 && y <= height)) return;
  mover.dataset.given = 'true';
  put(mover, x, y);
  warn();
}

function soil() {
  dirty = true;
  document.getElementById('floor-dirty').hidden = false;
}

// Everything that overlaps is marked and listed; what was not placed by anybody does not count.
function warn() {
  const placed = movers.filter((mover) => mover.dataset.given === 'true' || (held && held.mover === mover));
  const pairs = [];
  placed.forEach((one, index) => {
    for (const other of placed.slice(index + 1)) if (overlap(one, other)) pairs.push([one, other]);
  });
  const bad = new Set(pairs.flat());
  for (const mover of movers) mover.dataset.overlaps = bad.has(mover);
  document.getElementById('overlaps').hidden = pairs.length === 0;
  document.getElementById('overlap-list').replaceChildren(...pairs.slice(0, MOST_SAID).map(([one, other]) => {
    const item = document.createElement('li');
    item.textContent = said('overlap', { one: nameOf(one), other: nameOf(other) });
    return item;
  }));
  return pairs;
}

function overlap(one, other) {
  const a = placeOf(one);
  const b = placeOf(other);
  return Math.abs(a.x - b.x) < (Number(one.dataset.wide) + Number(other.dataset.wide)) / 2 - 0.1
    && Math.abs(a.y - b.y) < (Number(one.dataset.high) + Number(other.dataset.high)) / 2 - 0.1;
}

function put(mover, x, y) {
  mover.dataset.x = x;
  mover.dataset.y = y;
  mover.setAttribute('transform', `translate(${x} ${y})`);
}

function snapped(length, most) {
  return Math.min(Math.max(Math.round(length / grid) * grid, 0), Math.floor(most / grid) * grid);
}

function placeOf(mover) {
  return { x: Number(mover.dataset.x), y: Number(mover.dataset.y) };
}

function fieldOf(mover, axis) {
  return form.elements[`${mover.dataset.piece}:${axis}_m`];
}

function nameOf(mover) {
  return mover.getAttribute('aria-label');
}

function metres(length) {
  return String(Math.round(length) / 100);
}

function said(name, values) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

function tell(text) {
  document.getElementById('floor-said').textContent = text;
}

warn();
