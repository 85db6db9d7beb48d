// The grids, with the keys of a spreadsheet: one row is typed in at a time, beside the new line.
let aim = "_";
const all = (at) => [...document.querySelectorAll(at)];
const line = ({ target }) => target.name && target.closest(".book .open");

// Goes to another row, in the column of a cell; the row left is saved if it was changed, else closed.
const go = (row, cell) => {
  const [left] = all("tbody .open"), saves = left?.matches(".changed");
  aim = `#${row.id} > :nth-child(${cell.closest("td, th").cellIndex + 1}) [name]`;
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
  const near = (many, one) => many[many.indexOf(one) + (/Left|Up/.test(key) ? -1 : 1)];
  const press = { Enter: ".main", Escape: ".cancel" }[key];
  if (press) row.querySelector(press).click();
  else if (key === "ArrowLeft" ? !end : key === "ArrowRight" && start === value.length)
    near(all(`#${row.id} [aria-label]`), target)?.focus();
  else if (/Arrow(Up|Down)/.test(key) && !list && end >= 0) go(near(all(".book tr[id]"), row) ?? row, target);
  else return;
  event.preventDefault();
});
on("focusin", (event) => {
  const row = line(event), { target } = event;
  if (row) target.select?.();
  if (row && all("tbody .open:not(:focus-within)")[0]) go(row, target);
});
on("click", ({ target }) => {
  const row = target.closest(".book tbody tr[id]:not(.open)");
  if (row && !target.closest("a, button")) go(row, target);
});
on("input", (event) => {
  const { list, value, parentNode } = event.target, note = list && parentNode.querySelector(".hint");
  line(event)?.classList.add("changed");
  if (note) note.textContent = [...list.options].find((one) => one.value === value)?.label ?? "";
});
on("htmx:after:swap", ({ detail: { ctx } }) => {
  const row = (ctx.request.form ? ctx.request.form.closest("tr") : ctx.sourceElement)?.id || "_";
  const [wrong] = all(`#${row} [aria-invalid]`);
  const cell = wrong ?? all(aim)[0] ?? all(`#${row} [name=date], #${row} [hx-get]`)[0];
  if (wrong) $("messages").replaceChildren();
  else if (row === "nouvelle") all(".scroller")[0].scrollTop = 1e5;
  cell?.focus({ preventScroll: true });
  cell?.scrollIntoView({ block: "nearest", behavior: "instant" });
  aim = "_";
});
