"""The form that could not be kept waits for the person who typed it, another day as well."""

from __future__ import annotations

from typing import Any

from retkoop.models import Entry, HalfTyped, YearKey
from tests.factories import YEAR, a_person
from tests.views.conftest import Browser, form_of

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"


def typed(mandataire: Browser, **more: str) -> dict[str, Any]:
    blank = form_of(mandataire.get(BOOK), "entry-form")
    lines = {"lignes-0-compte": "62810008", "lignes-0-montant": "80", "lignes-1-montant": "vingt"}
    return {**blank, **lines, "date": "2024-10-18", "libelle": "OCCE – Adhésion", "nature": "depense", **more}


def test_what_was_refused_is_there_again_and_red(year: YearKey, mandataire: Browser) -> None:
    assert mandataire.post(BOOK, typed(mandataire)).status_code == 422
    page = mandataire.get(BOOK)
    assert "Vous aviez commencé cette écriture" in page.text
    assert "pas lisible" in page.text
    shown = form_of(page, "entry-form")
    assert (shown["libelle"], shown["lignes-0-montant"], shown["lignes-1-montant"]) == (
        "OCCE – Adhésion",
        "80",
        "vingt",
    )


def test_once_kept_it_waits_no_more(year: YearKey, mandataire: Browser) -> None:
    mandataire.post(BOOK, typed(mandataire))
    mended = {**form_of(mandataire.get(BOOK), "entry-form"), "lignes-1-montant": "20"}
    assert "Écriture 01 enregistrée." in mandataire.follow(BOOK, mended).text
    assert Entry.get().bank == -10_000
    assert not HalfTyped.select().count()
    assert "Vous aviez commencé" not in mandataire.get(BOOK).text


def test_it_is_cleared_by_its_button(year: YearKey, mandataire: Browser) -> None:
    mandataire.post(BOOK, typed(mandataire))
    page = mandataire.follow(f"{BOOK}/formulaire/effacer", form_of(mandataire.get(BOOK), "entry-form"))
    assert form_of(page, "entry-form")["libelle"] == ""
    mandataire.post(BOOK, typed(mandataire))
    answer = mandataire.post(f"{BOOK}/formulaire/effacer", form_of(mandataire.get(BOOK), "entry-form"), htmx=True)
    assert "Vous aviez commencé" not in answer.text


def test_nobody_else_sees_it(year: YearKey, mandataire: Browser, browse) -> None:
    mandataire.post(BOOK, typed(mandataire))
    a_person("autre", "mandataire")
    assert "Vous aviez commencé" not in browse().sign_in("autre").get(BOOK).text


def test_what_is_too_long_is_shown_once_and_not_kept(year: YearKey, mandataire: Browser) -> None:
    assert mandataire.post(BOOK, typed(mandataire, libelle="é" * 9_000)).status_code == 422
    assert not HalfTyped.select().count()
