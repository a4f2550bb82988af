// The second click of a double click presses no button: by then something else may stand there,
// or the same button may have come to mean the next person.

document.addEventListener('click', (event) => {
  if (event.detail < 2 || !event.target.closest('button')) return;
  event.preventDefault();
  event.stopPropagation();
}, true);
