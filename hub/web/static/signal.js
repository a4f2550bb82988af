// How a phone calls its owner: a chime, a voice if it has one, and vibration.
//
// A browser lets a page do so only after a tap; the button is that tap, and lets hear what comes.

import { page, say } from './live.js';

const VIBRATION_MS = [400, 200, 400, 200, 800];
const CHIME_HZ = [659, 784, 988];
const NOTE_S = 0.28;
const TIMES = 3;

const button = document.getElementById('signal-on');
const note = document.getElementById('signal-note');
const Sound = window.AudioContext || window.webkitAudioContext;

let sound = null;
let on = false;

if (button && (Sound || navigator.vibrate)) {
  button.hidden = false;
  button.addEventListener('click', () => { if (on) turn(false); else begin(); });
}

// Whether the page is to be heard while it is hidden.
export function listening() {
  return on;
}

function begin() {
  turn(true);
  if (Sound && sound === null) sound = new Sound();
  if (sound) sound.resume().then(() => chime(1), () => {});
  if (navigator.vibrate) navigator.vibrate(200);
}

function turn(wanted) {
  on = wanted;
  button.setAttribute('aria-pressed', String(on));
  button.textContent = say(on ? 'signal_on' : 'signal_off');
  note.textContent = say(on ? 'signal_note' : 'signal_page');
}

export function signal(words) {
  const touched = navigator.userActivation && navigator.userActivation.hasBeenActive;
  if (navigator.vibrate && (on || touched)) navigator.vibrate(VIBRATION_MS);
  if (!on) return;
  if (sound) sound.resume().then(() => chime(TIMES), () => {});
  speak(words);
}

function chime(times) {
  for (let index = 0; index < times * CHIME_HZ.length; index += 1) {
    const pause = Math.floor(index / CHIME_HZ.length) * NOTE_S;
    tone(CHIME_HZ[index % CHIME_HZ.length], sound.currentTime + index * NOTE_S + pause);
  }
}

function tone(hertz, at) {
  const source = sound.createOscillator();
  const volume = sound.createGain();
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.6, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
  source.connect(volume).connect(sound.destination);
  source.start(at);
  source.stop(at + NOTE_S);
}

function speak(words) {
  if (!window.speechSynthesis) return;
  const said = new SpeechSynthesisUtterance(words);
  said.lang = page.lang === 'zh' ? 'zh-CN' : 'en-GB';
  window.speechSynthesis.cancel();
  window.speechSynthesis.speak(said);
}
