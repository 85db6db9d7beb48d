// The cahier as a grid, with the keys of a spreadsheet: one row at a time is typed in, beside the new line.
let aim;
const all = (at) => [...document.querySelectorAll(at)];
const line = ({ target }) => target.name && target.closest(".book .open");

// Goes to a cell of another row, which opens; the row left behind is saved if it was changed, else closed.
const go = (row, name) => {
  const [left] = all("tbody .open"), saves = left?.matches(".changed");
  aim = `#${row.id} [name=${name}]`;
  if (saves || (left && row.matches(".open"))) {
    const way = left.querySelector(saves ? ".main" : ".cancel");
    way.value = row.id.slice(9);
    way.click();
  } else row.querySelector("[hx-get]")?.click();
  all(aim)[0]?.focus();
};

on("keydown", (event) => {
  const { key, shiftKey, target } = event, row = line(event);
  if (!row || shiftKey) return;
  const { list, value, selectionEnd: end, selectionStart: start = value.length } = target;
  const near = (cells, cell) => cells[cells.indexOf(cell) + (/Left|Up/.test(key) ? -1 : 1)];
  const press = { Enter: ".main", Escape: ".cancel" }[key];
  if (press) row.querySelector(press).click();
  else if (key === "ArrowLeft" ? !end : key === "ArrowRight" && start === value.length)
    near(all(`#${row.id} [aria-label]`), target)?.focus();
  else if (/ArrowUp|ArrowDown/.test(key) && !list && end >= 0) go(near(all(".book tr[id]"), row) ?? row, target.name);
  else return;
  event.preventDefault();
});
on("focusin", (event) => {
  const row = line(event), { target } = event;
  if (row) target.select?.();
  if (row && all("tbody .open").some((one) => one !== row)) go(row, target.name);
});
on("click", ({ target }) => {
  const row = target.closest(".book tbody tr[id]:not(.open)"), cell = target.closest("td, th");
  if (row && !target.closest("a, button")) go(row, all("#nouvelle > *")[cell.cellIndex]?.querySelector("[name]")?.name);
});
on("input", (event) => {
  const { list, value, parentNode } = event.target, note = list && parentNode.querySelector(".hint");
  line(event)?.classList.add("changed");
  if (note) note.textContent = [...list.options].find((one) => one.value === value)?.label ?? "";
});
on("htmx:after:swap", ({ detail: { ctx } }) => {
  const { form } = ctx.request, row = form ? form.closest("tr")?.id : ctx.sourceElement.id;
  const to = ctx.response.status > 399 ? `#${row} [aria-invalid]` : aim || `#${row} [name=date], #${row} [hx-get]`;
  const [cell] = row ? all(to) : [];
  cell?.focus({ preventScroll: true });
  cell?.scrollIntoView({ block: "nearest", behavior: "instant" });
  aim = "";
});
