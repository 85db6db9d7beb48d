// What hypermedia does not say: keys in the cahier, sums in the form, trouble on the line, a session about to end.
"use strict";
const $ = (id) => document.getElementById(id);
const on = (name, act) => document.addEventListener(name, act);

const say = (text) => {
  const box = document.createElement("div");
  const words = document.createElement("p");
  box.className = "message wrong";
  words.textContent = text;
  box.append(words);
  $("messages")?.replaceChildren(box);
  box.scrollIntoView({ block: "nearest" });
};

// Arrows move from tick to tick; space ticks and goes on to the next: fifty ticks are fifty keys.
on("keydown", (event) => {
  const { key, target } = event;
  const step = { ArrowDown: 1, ArrowUp: -1, " ": 1 }[key];
  if (!step || !target.classList?.contains("tick") || event.repeat) return;
  event.preventDefault();
  const ticks = [...document.querySelectorAll("button.tick")];
  const next = ticks[ticks.indexOf(target) + step];
  if (key === " ") target.click();
  next?.focus();
});

// In the form of an entry: what the lines add up to (`12+7,30` included) or leave, and what the account is for.
const cents = ({ value }) => (value.replace(/[\s€]/g, "").replace(/,/g, ".").match(/[+-]?[\d.]+/g) ?? [])
  .reduce((sum, term) => sum + Math.round(term * 100), 0);
const euros = (amount) => (amount / 100).toLocaleString("fr-FR", { style: "currency", currency: "EUR" });
on("input", ({ target }) => {
  const form = target.closest("#entry-form");
  if (!form) return;
  if (target.matches(".account select")) $(`${target.id}-aide`).textContent = target.selectedOptions[0].dataset.aide ?? "";
  const total = $("total");
  const lines = [...form.querySelectorAll(".amount input")].reduce((sum, field) => sum + cents(field), 0);
  const left = total?.value && `Reste à répartir : ${euros(cents(total) - lines)}`;
  $("reste").textContent = left || (lines ? `Total : ${euros(lines)}` : "");
});

const KEPT = "Ce que vous avez saisi reste affiché : réessayez.";
on("htmx:response:error", ({ detail }) => {
  const { status } = detail.ctx.response;
  if (status === 503) say(`Le service est très demandé. ${KEPT}`);
  else if (status >= 500) say(`Une erreur est survenue de notre côté. ${KEPT}`);
});
on("htmx:error", () => say(`La connexion a été coupée. ${KEPT}`));

// A session that began again in another tab: the page takes its token over, and what was typed can be saved.
on("jeton", ({ detail }) => {
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": detail.valeur }));
  for (const field of document.getElementsByName("csrf_token")) field.value = detail.valeur;
});

// After a swap: the first fault is read; a new line waits for its account; a saved form for the next entry.
on("htmx:after:swap", ({ detail }) => {
  const { form, action } = detail.ctx.request;
  const fault = document.querySelector(".summary a");
  if (fault) {
    $("messages")?.replaceChildren();
    fault.focus();
  } else if (action.endsWith("/formulaire")) [...document.querySelectorAll(".account select")].pop()?.focus();
  else if (form?.id === "entry-form") $("libelle")?.focus();
  watch();
});

// The session ends after one idle hour: warn five minutes before, so that nothing typed is lost.
let timer;
const watch = () => {
  clearTimeout(timer);
  const warn = () => say("Votre session va se fermer dans cinq minutes : enregistrez ce que vous avez commencé.");
  if (document.querySelector("form.who")) timer = setTimeout(warn, 55 * 60 * 1000);
};
watch();
