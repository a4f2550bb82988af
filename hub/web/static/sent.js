// A second tap while the first is on its way would only be refused, or make the citizen wait
// longer. After a while it may be meant: the first was stopped, or is lost on a poor network. The
// form's key makes one wish of both.
const ON_ITS_WAY_MS = 5000;
let sentAt = -ON_ITS_WAY_MS;

document.addEventListener('submit', (event) => {
  if (performance.now() - sentAt < ON_ITS_WAY_MS) event.preventDefault();
  else sentAt = performance.now();
});
window.addEventListener('pageshow', () => { sentAt = -ON_ITS_WAY_MS; });
