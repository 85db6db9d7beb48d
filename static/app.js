// What hypermedia does not say: keys in the cahier, trouble on the line, and the session that is about to end.
"use strict";

const say = (text) => {
  const place = document.getElementById("messages");
  if (!place) return;
  const box = document.createElement("div");
  const words = document.createElement("p");
  box.className = "message wrong";
  words.textContent = text;
  box.append(words);
  place.replaceChildren(box);
  place.scrollIntoView({ block: "nearest" });
};

// Arrows move from tick to tick; space ticks and goes on to the next: fifty ticks are fifty keys.
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const step = { ArrowDown: 1, ArrowUp: -1, " ": 1 }[key];
  if (!step || !target.classList?.contains("tick") || event.repeat) return;
  event.preventDefault();
  const ticks = [...document.querySelectorAll("button.tick")];
  const next = ticks[ticks.indexOf(target) + step];
  if (key === " ") target.click();
  next?.focus();
});

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  if (status === 503) say("Le service est très demandé. Ce que vous avez saisi reste affiché : réessayez dans un instant.");
  else if (status >= 500) say("Une erreur est survenue de notre côté. Ce que vous avez saisi reste affiché : réessayez.");
});
document.addEventListener("htmx:error", () => {
  say("La connexion a été coupée. Ce que vous avez saisi reste affiché : réessayez.");
});

// A session that began again in another tab: the page takes its token over, and what was typed can be saved.
document.addEventListener("jeton", (event) => {
  const token = event.detail.valeur;
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
  for (const field of document.getElementsByName("csrf_token")) field.value = token;
});

// In the form of an entry: what the lines add up to (`12+7,30` included) or leave, and what the chosen account is for.
const cents = (field) => (field.value.replace(/[\s€]/g, "").replace(/,/g, ".").match(/[+-]?[\d.]+/g) ?? [])
  .reduce((sum, term) => sum + Math.round(term * 100), 0);
const euros = (amount) => (amount / 100).toLocaleString("fr-FR", { style: "currency", currency: "EUR" });
document.addEventListener("input", ({ target }) => {
  const form = target.closest("#entry-form");
  if (!form) return;
  if (target.matches(".account select"))
    document.getElementById(`${target.id}-aide`).textContent = target.selectedOptions[0].dataset.aide ?? "";
  const total = form.querySelector("#total");
  const lines = [...form.querySelectorAll(".amount input")].reduce((sum, field) => sum + cents(field), 0);
  const left = total?.value && `Reste à répartir : ${euros(cents(total) - lines)}`;
  form.querySelector("#reste").textContent = left || (lines ? `Total : ${euros(lines)}` : "");
});

// After a swap: the first fault is read; a new line waits for its account; a saved form for the next entry.
document.addEventListener("htmx:after:swap", (event) => {
  const { form, action } = event.detail.ctx.request;
  const fault = document.querySelector(".summary a");
  const accounts = document.querySelectorAll(".account select");
  if (fault) {
    document.getElementById("messages")?.replaceChildren();
    fault.focus();
  } else if (action.endsWith("/formulaire")) accounts[accounts.length - 1]?.focus();
  else if (form?.id === "entry-form") document.getElementById("libelle")?.focus();
  watch();
});

// The session ends after one idle hour: warn five minutes before, so that nothing typed is lost.
let timer;
const watch = () => {
  clearTimeout(timer);
  if (!document.querySelector("form.who")) return;
  timer = setTimeout(() => {
    say("Votre session va se fermer dans cinq minutes : enregistrez ce que vous avez commencé.");
  }, 55 * 60 * 1000);
};
watch();
