// The grids: a spreadsheet’s keys.
let aim = "_";
const line = (cell) => cell.name && cell.closest(".book .open");
// A row to leave; a red one waits until changed again.
const leaves = (row) => all("tbody .open:is(.changed, :not(.red))").find((one) => one !== row);

// Keeps the heads in sight where the grid scrolls.
const show = (box = all(".scroller")[0]) => box.clientHeight < innerHeight && box.scrollIntoView(near);

// Goes to a row, in a cell's column; the one left is saved if changed, else closed.
const go = (row, cell) => {
  const left = leaves(row), saves = left?.matches(".changed");
  const way = (saves || row.matches(".open") ? left : row)?.querySelector(saves ? ".main" : ".cancel, [hx-get]");
  aim = `#${row.id} > :nth-child(${cell.closest("td, th").cellIndex + 1}) [name]`;
  if (way) way.value = row.id.slice(9);
  way?.click();
  all(aim)[0]?.focus();
};

on("keydown", (event) => {
  const { key, target } = event, row = !event.shiftKey && line(target);
  if (!row) return;
  const { list, value, selectionEnd: end, selectionStart: start = value.length } = target;
  const next = (many, one) => many[many.indexOf(one) + (/Left|Up/.test(key) ? -1 : 1)];
  const press = { Enter: ".main", Escape: ".cancel" }[key];
  if (press) row.querySelector(press).click();
  else if (key === "ArrowLeft" ? !end : key === "ArrowRight" && start === value.length)
    next(all(`#${row.id} [aria-label]`), target)?.focus();
  else if (/Arrow[UD]/.test(key) && !list && end >= 0) go(next(all(".book tr[id]"), row) ?? row, target);
  else return;
  event.preventDefault();
});
on("focusin", ({ target }) => {
  const row = line(target);
  if (!row) return;
  target.select?.();
  show();
  if (leaves(row)) go(row, target);
});
on("click", ({ target }) => {
  const row = target.closest("a, button, .book tbody tr[id]:not(.open)");
  if (row?.cells) go(row, target);
});
on("input", ({ target }) => {
  const { list, value, parentNode } = target, note = list && parentNode.querySelector(".hint");
  line(target)?.classList.add("changed");
  if (note) note.textContent = [...list.options].find((one) => one.value === value)?.label ?? "";
});
on("htmx:after:swap", ({ detail: { ctx } }) => {
  const row = (ctx.request.form ? ctx.request.form.closest("tr") : ctx.sourceElement)?.id || "_";
  const [wrong] = all(`#${row} [aria-invalid]`);
  const cell = wrong ?? all(aim)[0] ?? all(`#${row} :is([name=date], [hx-get])`)[0];
  if (wrong) $("messages").replaceChildren();
  else if (row === "nouvelle") all(".scroller")[0].scrollTop = 1e5;
  cell?.focus({ preventScroll: true });
  show();
  cell?.scrollIntoView(near);
  aim = "_";
});
