// The sound of alarms: made here, no file. A browser allows it after the first click or key.

import { say } from './live.js';

const KEY = 'nextwindow.mute';
const AGAIN_MS = { urgent: 8000, plain: 60000 };

let context = null;
let rangAt = -Infinity;
let rangFor = '';

export function muted() {
  try { return localStorage.getItem(KEY) === 'yes'; } catch (error) { return false; }
}

export function audible() {
  return !muted() && context !== null && context.state === 'running';
}

// The switch beside the clock; what it says is also whether the browser lets us be heard.
export function makeSwitch(button) {
  for (const gesture of ['pointerdown', 'keydown']) {
    document.addEventListener(gesture, () => { allow(); label(button); }, true);
  }
  button.addEventListener('click', () => {
    try { localStorage.setItem(KEY, muted() ? 'no' : 'yes'); } catch (error) { /* kept for now */ }
    label(button);
  });
  window.addEventListener('storage', () => label(button));
  label(button);
}

function allow() {
  if (context === null) context = new AudioContext();
  if (context.state === 'suspended') context.resume();
}

function label(button) {
  button.setAttribute('aria-pressed', String(!muted()));
  const wanted = muted() ? 'sound_off' : context === null ? 'sound_waits' : 'sound_on';
  button.dataset.sound = wanted;
  button.textContent = say(wanted);
}

// `alarms` are those that nobody has seen, by name; rings for a new one at once.
export function ring(alarms) {
  const names = alarms.map((alarm) => alarm.id + alarm.since).join(' ');
  const urgent = alarms.some((alarm) => alarm.urgent);
  const fresh = alarms.some((alarm) => !rangFor.includes(alarm.id + alarm.since));
  const due = performance.now() - rangAt > (urgent ? AGAIN_MS.urgent : AGAIN_MS.plain);
  if (!alarms.length) rangFor = '';
  if (!alarms.length || !(fresh || due) || !audible()) return;
  rangAt = performance.now();
  rangFor = names;
  const tones = urgent ? [880, 660, 880, 660] : [660, 880];
  tones.forEach((pitch, index) => tone(pitch, index * 0.22));
}

function tone(pitch, after) {
  const at = context.currentTime + after;
  const source = context.createOscillator();
  const volume = context.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.21);
}
