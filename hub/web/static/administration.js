// Convenience alone: every page of the administration works without this.

// Rows that do not hold what was typed are hidden.
const filter = document.getElementById('filter');
if (filter) {
  const rows = [...document.querySelectorAll('#things tbody tr')];
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}

// In the matrix the arrows go from box to box.
const matrix = document.getElementById('matrix');
if (matrix) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  matrix.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    const cell = event.target.closest('td');
    if (!step || !cell || event.target.type !== 'checkbox') return;
    event.preventDefault();
    let row = cell.parentElement;
    let place = cell.cellIndex;
    for (;;) {
      if (step[0]) row = step[0] < 0 ? row.previousElementSibling : row.nextElementSibling;
      place += step[1];
      const next = row && row.cells[place];
      if (!next) return;
      const box = next.querySelector('input[type=checkbox]');
      if (box) { box.focus(); return; }
    }
  });
}

// A chosen file goes into the text field, from which the form is sent.
const file = document.getElementById('plan-file');
if (file) {
  file.addEventListener('change', () => {
    if (file.files[0]) file.files[0].text().then((text) => { document.getElementById('plan').value = text; });
  });
}

// While a new unit is waited for, the page looks again by itself.
const again = document.getElementById('again');
if (again && again.closest('[data-waits="yes"]')) {
  setInterval(() => { if (!document.hidden) window.whenReached(() => location.replace(again.href)); }, 5000);
}
