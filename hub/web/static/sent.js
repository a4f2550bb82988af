// A second tap while the first is on its way would only be refused, or make the citizen wait
// longer. After a while the same button may be meant again: the first was stopped, or is lost on a
// poor network; the form's key makes one wish of both. Another button would be another wish while
// nobody knows what became of the first: it has to wait longer.
const SAME_AFTER_MS = 5000;
const OTHER_AFTER_MS = 15000;
let sentAt = -OTHER_AFTER_MS;
let sent = null;

document.addEventListener('submit', (event) => {
  const wish = event.submitter || event.target;
  const wait = wish === sent ? SAME_AFTER_MS : OTHER_AFTER_MS;
  if (performance.now() - sentAt < wait) event.preventDefault();
  else {
    sentAt = performance.now();
    sent = wish;
  }
});
window.addEventListener('pageshow', () => { sentAt = -OTHER_AFTER_MS; });
