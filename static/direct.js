// The direct CRF: who leaves figures that are not kept is asked first; the form itself goes to another page freely.
"use strict";
const form = document.getElementById("saisie");
form.addEventListener("input", () => form.classList.add("changed"));
form.addEventListener("submit", () => {
  for (const one of document.querySelectorAll("#saisie, #totaux")) one.classList.remove("changed");
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("#saisie.changed, #totaux.changed")) event.preventDefault();
});
