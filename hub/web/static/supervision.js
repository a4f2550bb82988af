// The replay of a day: asks for it, shows how far it is, and puts the two results side by side.
// Leaving the page closes the request, and with it the process that replays.

const form = document.getElementById('replay');
const words = document.getElementById('words').content;
const running = document.querySelector('.running');
const bar = running.querySelector('progress');
const step = running.querySelector('[data-step]');
const failed = document.querySelector('[data-error]');
const result = document.querySelector('[data-result]');
const go = form.querySelector('[data-go]');
const stop = form.querySelector('[data-stop]');
let request = null;

function say(word, values) {
  let text = words.querySelector('[data-word="' + word + '"]').textContent;
  for (const name in values || {}) text = text.replace('{' + name + '}', values[name]);
  return text;
}

function show(isRunning) {
  running.hidden = !isRunning;
  stop.hidden = !isRunning;
  go.disabled = isRunning;
}

function fail(text) {
  failed.textContent = text;
  failed.hidden = false;
}

function policyName(id) {
  const option = form.querySelector('option[value="' + id + '"]');
  return option ? option.dataset.name : id;
}

function cell(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function compare(found) {
  const names = Object.keys(found.figures);
  const head = result.querySelector('thead tr');
  while (head.children.length > 1) head.lastChild.remove();
  for (const name of names) {
    const made = cell('th', policyName(name));
    made.scope = 'col';
    head.append(made);
  }
  for (const row of result.querySelectorAll('[data-figure]')) {
    while (row.children.length > 1) row.lastChild.remove();
    const key = row.dataset.figure;
    for (const name of names) row.append(field(found, name, key));
  }
  result.querySelector('h2').textContent = say('result', { day: found.day });
  const really = result.querySelector('[data-really]');
  really.hidden = found.was_mean_min === null;
  if (!really.hidden) really.textContent = say('really', { minutes: found.was_mean_min.toFixed(1) });
  result.hidden = false;
  result.focus();
}

function field(found, name, key) {
  const value = found.figures[name][key];
  const made = cell('td', key === 'n' ? String(value) : value.toFixed(1));
  const by = found.figures[found.own][key] - value;
  if (name !== found.own && key !== 'n' && Math.abs(by) >= 0.05) {
    const note = cell('small', say(by > 0 ? 'better' : 'worse', { by: Math.abs(by).toFixed(1) }));
    note.className = by > 0 ? 'better' : 'worse';
    made.append(note);
  }
  return made;
}

function take(line) {
  if (line.result) return compare(line.result);
  if (line.error) return fail(say('failed', { why: line.error }));
  step.textContent = say(line.step);
  bar.value = line.part;
  return undefined;
}

async function follow(answer) {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line) take(JSON.parse(line));
  }
}

async function replay() {
  failed.hidden = true;
  result.hidden = true;
  request = new AbortController();
  step.textContent = say('reading');
  bar.value = 0;
  show(true);
  try {
    const query = new URLSearchParams(new FormData(form));
    const answer = await fetch('/supervision/replay/run?' + query, { signal: request.signal });
    if (answer.status === 409) fail(say('busy'));
    else if (answer.ok) await follow(answer);
    else fail(say('failed', { why: answer.status }));
  } catch (error) {
    fail(say(error.name === 'AbortError' ? 'stopped' : 'broken'));
  }
  show(false);
  request = null;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!request) replay();
});
stop.addEventListener('click', () => { if (request) request.abort(); });
window.addEventListener('pagehide', () => { if (request) request.abort(); });
