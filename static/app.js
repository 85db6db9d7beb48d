// What hypermedia does not say: keys, sums, trouble on the line, a session that ends.
"use strict";
const $ = (id) => document.getElementById(id);
const all = (css) => [...document.querySelectorAll(css)];
const near = { block: "nearest", behavior: "instant" };
const on = (name, act) => document.addEventListener(name, act);

const say = (text) => {
  const box = document.createElement("p");
  box.className = "message wrong";
  box.textContent = text;
  $("messages")?.replaceChildren(box);
  box.scrollIntoView(near);
};

// Arrows go from tick to tick; space ticks and goes on, past its slip.
on("keydown", (event) => {
  const { key, target } = event;
  const step = { ArrowDown: 1, ArrowUp: -1, " ": 1 }[key];
  if (!step || !target.matches?.(".tick") || event.repeat) return;
  event.preventDefault();
  const ticks = all("button.tick"), { slip } = target.dataset;
  let at = ticks.indexOf(target);
  do at += step; while (key === " " && slip && ticks[at]?.dataset.slip === slip);
  if (key === " ") target.click();
  ticks[at]?.focus();
});

// The form: what its lines add up to or leave, what the account is for.
const cents = (text) => (text.replace(/[\s€]/g, "").replace(/,/g, ".").match(/[+-]?[\d.]+/g) ?? [])
  .reduce((sum, term) => sum + Math.round(term * 100), 0);
const euros = (amount) => (amount / 100).toLocaleString("fr-FR", { style: "currency", currency: "EUR" });
on("input", ({ target }) => {
  const form = target.closest("#entry-form");
  if (!form) return;
  form.classList.add("changed");
  if (target.matches(".account select")) $(`${target.id}-aide`).textContent = target.selectedOptions[0].dataset.aide ?? "";
  const total = $("total")?.value, lines = all(".amount input").reduce((sum, { value }) => sum + cents(value), 0);
  const left = total && cents(total) - lines, said = $("reste");
  said.className = left ? "owed" : "";
  said.textContent = total ? `Reste à répartir : ${euros(left)}` : lines ? `Total : ${euros(lines)}` : "";
});

// Who leaves what was typed is asked.
onbeforeunload = () => all("#book .changed")[0];

const sorry = (why) => say(`${why} Ce que vous avez saisi reste affiché : réessayez.`);
on("htmx:response:error", ({ detail: { ctx: { response: { status } } } }) => {
  if (status >= 500) sorry(status === 503 ? "Le service est très demandé." : "Une erreur est survenue de notre côté.");
});
on("htmx:error", () => sorry("La connexion a été coupée."));

// A session begun again elsewhere: its token.
on("jeton", ({ detail: { valeur } }) => {
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": valeur }));
  for (const field of all("[name=csrf_token]")) field.value = valeur;
});

// After a swap (a total’s apart): to the first fault, a line’s account, or the next entry.
on("htmx:after:swap", ({ detail: { ctx: { request: { form, action } } } }) => {
  const fault = !/total$/.test(action) && all(".summary a")[0];
  if (fault) {
    $("messages")?.replaceChildren();
    fault.focus();
  } else if (action.endsWith("/formulaire")) all(".account select").pop()?.focus();
  else if (form?.id === "entry-form") $("libelle")?.focus(), $("libelle")?.scrollIntoView(near);
  watch();
});

// The session ends after an idle hour: told five minutes before.
let timer;
const watch = () => {
  clearTimeout(timer);
  const told = "Votre session se ferme dans cinq minutes : enregistrez ce que vous avez commencé.";
  timer = all("form.who")[0] && setTimeout(say, 33e5, told);
};
watch();
