// The emulated panel: shows the unit's screen and lamps, and presses its keys.

const screen = document.getElementById("screen");
const bezel = screen.parentElement;
const link = document.getElementById("link");
const buttons = new Map();
for (const button of document.querySelectorAll("button[data-key]")) {
  buttons.set(button.dataset.key, button);
  button.addEventListener("click", () => press(button));
}

const shortcuts = {
  1: "rating-5", 2: "rating-4", 3: "rating-3", 4: "rating-2", 5: "rating-1",
  n: "next", r: "recall", m: "no_show", d: "done",
  h: "hold", t: "transfer", g: "resume", p: "pause", u: "undo",
};
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target instanceof HTMLSelectElement) return;
  const button = buttons.get(shortcuts[event.key.toLowerCase()]);
  if (button) press(button);
});

async function press(button) {
  button.classList.add("down");
  try {
    await fetch(`/keys/${button.dataset.key}`, { method: "POST" });
  } catch {
    say("lost");
  } finally {
    button.classList.remove("down");
  }
}

// A click on the picture is a finger on the screen, at the pixel that it hits.
if (screen.dataset.touch === "yes") {
  screen.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const box = screen.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) * screen.naturalWidth) / box.width);
    const y = Math.floor(((event.clientY - box.top) * screen.naturalHeight) / box.height);
    fetch(`/touch?x=${x}&y=${y}`, { method: "POST" }).catch(() => say("lost"));
  });
}

const words = {
  live: ["实时", "live"],
  lost: ["终端已停止", "the unit has stopped"],
};
function say(state) {
  const [zh, en] = words[state];
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = en;
  link.replaceChildren(`${zh} `, english);
  link.className = `link ${state}`;
  bezel.classList.toggle("old", state !== "live");
  if (state !== "live") light([]);
}

// One picture is fetched at a time, the page's own first one included: to ask for another
// would break it off. What changed meanwhile is fetched after it.
let fetching = !screen.complete;
let wanted = 0;
let shown = 0;
function refresh() {
  if (fetching || shown === wanted) return;
  fetching = true;
  shown = wanted;
  screen.src = `/screen.png?v=${shown}`;
}
for (const end of ["load", "error"]) {
  screen.addEventListener(end, () => { fetching = false; refresh(); });
}

function show(news) {
  wanted = news.version;
  refresh();
  light(news.lit);
  tell(news.readings);
  offer(news.spoken);
}

// The sound of the last call. What somebody is listening to is not taken away.
const voice = document.getElementById("voice");
let offered = null;
function offer(spoken) {
  if (!spoken || spoken === offered || !voice.paused) return;
  offered = spoken;
  voice.src = `/spoken.wav?v=${encodeURIComponent(spoken)}`;
  voice.closest("section").hidden = false;
}

const peripherals = {
  sign: ["窗口屏", "Sign"],
  speech: ["语音模块", "Speech module"],
  printer: ["取号小票", "Ticket printer"],
  card_reader: ["身份证阅读器", "Card reader"],
};
const troubles = {
  none: ["正常工作", "works"],
  silent: ["不应答", "silent"],
  garbling: ["应答乱码", "garbled"],
  half: ["应答不全", "answers in part"],
  unplugged: ["拔出", "unplugged"],
  cut: ["传输中拔出", "pulled out in a frame"],
};
const ports = document.getElementById("ports");
const readings = document.getElementById("readings");
const shownOf = new Map();
function tell(shown) {
  for (const [section, text] of Object.entries(shown)) {
    if (!shownOf.has(section)) shownOf.set(section, row(section));
    shownOf.get(section).textContent = text || "—";
  }
  ports.hidden = shownOf.size === 0;
}

function row(section) {
  const [zh, en] = peripherals[section] || [section, section];
  const row = document.createElement("div");
  const name = document.createElement("dt");
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = en;
  name.append(`${zh} `, english, " ", menu(section, en));
  const reading = document.createElement("dd");
  reading.className = section;
  row.append(name, reading);
  readings.append(row);
  return reading;
}

// A menu of what to do to a peripheral. It does not tell how it is: another page may have done it.
function menu(section, name) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", `${name}: 故障 fail`);
  select.append(new Option("故障… fail…", ""));
  for (const [trouble, [zh, en]] of Object.entries(troubles)) {
    select.append(new Option(`${zh} ${en}`, trouble));
  }
  select.addEventListener("change", () => {
    const path = `/ports/${section}?trouble=${select.value}`;
    fetch(path, { method: "POST" }).catch(() => say("lost"));
    select.value = "";
  });
  return select;
}

function light(lit) {
  for (const [key, button] of buttons) button.classList.toggle("lit", lit.includes(key));
}

// A hidden page keeps no stream: a browser opens only six connections to one address.
let stream = null;
function open() {
  if (stream || document.hidden) return;
  stream = new EventSource("/events");
  stream.addEventListener("open", () => { shown = -1; say("live"); });
  stream.addEventListener("error", () => say("lost"));
  stream.addEventListener("changed", (event) => show(JSON.parse(event.data)));
}
function close() {
  if (stream) stream.close();
  stream = null;
}
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", open);
open();
