"""Editing, copying, striking out and bringing back."""

from __future__ import annotations

import pytest

from retkoop.actions import ledger
from retkoop.actions.years import load_facts
from retkoop.facts import Allocation
from retkoop.models import Entry, Project, Year, YearKey
from tests.factories import SOMEONE, a_case, a_draft, a_person, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import undo_of

BOOK = "/coop/075-0001/2024-2025/cahier"
ENTRY = BOOK + "/ecritures/1"


def stored(key: YearKey):
    return load_facts(Year.get(key.of(Year)))


def test_it_replaces_what_an_entry_says(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    fields = form_of(mandataire.get(ENTRY), "entry-form")
    page = mandataire.follow(ENTRY, {**fields, "libelle": "Librairie – Romans", "lignes-0-montant": "15"})
    assert "Écriture 01 modifiée." in page.text
    (entry,) = stored(year).entries
    assert (entry.label, entry.bank, entry.allocations) == (
        "Librairie – Romans", -1_500, (Allocation("61800008", 1_500),),
    )  # fmt: skip


def test_a_change_of_the_bank_amount_takes_the_tick_back(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mandataire.get(BOOK)
    mandataire.post(ENTRY + "/pointage", {"pointer": "1"})
    fields = form_of(mandataire.get(ENTRY), "entry-form")
    said = mandataire.follow(ENTRY, {**fields, "libelle": "Librairie – Romans"}).text
    assert "dépointée" not in said
    assert stored(year).entries[0].ticked_on is not None
    fields = form_of(mandataire.get(ENTRY), "entry-form")
    said = mandataire.follow(ENTRY, {**fields, "lignes-0-montant": "15"}).text
    assert "Écriture 01 modifiée et dépointée : son montant a changé." in said.replace("\u00a0", " ")
    assert stored(year).entries[0].ticked_on is None
    mandataire.post(*undo_of(said))
    assert stored(year).entries[0].ticked_on is not None


def test_two_people_on_one_entry_see_both_versions_and_lose_nothing(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mine = form_of(mandataire.get(ENTRY), "entry-form")
    ledger.edit_entry(SOMEONE, year, 1, 1, a_draft(label="Ce que l’autre a écrit"))
    page = mandataire.post(ENTRY, {**mine, "libelle": "Ce que j’ai écrit"})
    assert page.status_code == 409
    assert "Ce que l’autre a écrit" in page.text
    assert form_of(page, "entry-form")["libelle"] == "Ce que j’ai écrit"
    assert stored(year).entries[0].label == "Ce que l’autre a écrit"
    mandataire.follow(ENTRY, form_of(page, "entry-form"))
    assert stored(year).entries[0].label == "Ce que j’ai écrit"


@pytest.mark.parametrize("version", ["", "0", "x", "²", "9" * 500])
def test_a_version_that_is_none_is_an_old_one(mandataire: Browser, year: YearKey, version: str) -> None:
    an_entry(year)
    fields = form_of(mandataire.get(ENTRY), "entry-form")
    assert mandataire.post(ENTRY, {**fields, "libelle": "Autre", "version": version}).status_code == 409
    assert stored(year).entries[0].version == 1


def test_every_entry_of_a_real_year_can_be_opened_and_saved_unchanged(app, browse) -> None:
    key = a_case("ecole-101", app.config["STORAGE"])
    a_person("075-0101", coop_identifier="075-0101")
    browser = browse().sign_in("075-0101")
    before = stored(key)
    book = "/coop/075-0101/2024-2025/cahier/ecritures/"
    for entry in before.entries[::7]:
        fields = form_of(browser.get(f"{book}{entry.number}"), "entry-form")
        assert browser.post(f"{book}{entry.number}", fields).status_code == 303
        after = stored(key).by_number[entry.number]
        assert (after.bank, after.cash, after.advance, after.advance_amount, after.ticked_on) == (
            entry.bank, entry.cash, entry.advance, entry.advance_amount, entry.ticked_on,
        )  # fmt: skip
        assert after.allocations == entry.allocations


def test_a_copy_takes_the_next_number(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, voucher="R09", cheque="123")
    fields = form_of(mandataire.get(ENTRY + "/copie"), "entry-form")
    assert (fields["pj"], fields["cheque"], fields["libelle"]) == ("R10", "", "Librairie du Centre – Albums")
    mandataire.follow(BOOK, fields)
    assert [entry.voucher for entry in stored(year).entries] == ["R09", "R10"]


def test_a_struck_entry_leaves_the_cahier_and_comes_back_whole(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    before = stored(year).entries[0]
    mandataire.get(BOOK)
    page = mandataire.follow(ENTRY + "/supprimer")
    assert "Écriture 01 supprimée." in page.text
    assert not stored(year).entries
    listed = mandataire.get(BOOK + "/supprimees")
    assert "Librairie du Centre" in listed.text
    assert mandataire.get(ENTRY).status_code == 404
    mandataire.get(BOOK)
    mandataire.follow(ENTRY + "/retablir")
    after = stored(year).entries[0]
    assert (after.label, after.bank, after.allocations) == (before.label, before.bank, before.allocations)


@pytest.mark.parametrize(("gesture", "struck"), [("supprimer", False), ("retablir", True)])
def test_after_the_swap_the_page_is_what_a_reload_shows(
    mandataire: Browser, year: YearKey, gesture: str, struck: bool
) -> None:
    an_entry(year)
    an_entry(year, voucher="02")
    if struck:
        ledger.strike_entry(SOMEONE, year, 1)
    before = mandataire.get(BOOK)
    answer = mandataire.post(f"{ENTRY}/{gesture}", {"mois": "tout"}, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "book")
    assert (pages.by_id(swapped, "ecriture-1") is None) is not struck
    assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(BOOK + "?mois=tout").text))


def test_a_closed_cahier_offers_no_gesture_and_refuses_each(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    open_page = mandataire.get(BOOK)
    fields = form_of(open_page, "entry-form")
    Year.update(state="closed").where(year.of(Year)).execute()
    page = mandataire.get(BOOK)
    assert "Supprimer" not in page.text
    assert "Ce cahier est clos" in page.text
    for address in (BOOK, ENTRY, ENTRY + "/supprimer", ENTRY + "/pointage", BOOK + "/formulaire"):
        assert mandataire.post(address, {**fields, "pointer": "1"}).status_code == 409
    assert Entry.select().count() == 1


def test_the_same_change_or_deletion_sent_twice_is_done_once_without_a_refusal(
    mandataire: Browser, year: YearKey
) -> None:
    an_entry(year)
    fields = {**form_of(mandataire.get(ENTRY), "entry-form"), "libelle": "Librairie – Romans"}
    assert [mandataire.post(ENTRY, fields).status_code for _ in range(2)] == [303, 303]
    assert [mandataire.post(ENTRY + "/supprimer").status_code for _ in range(2)] == [303, 303]


def test_a_change_refused_leaves_no_project_behind(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    mine = form_of(mandataire.get(ENTRY), "entry-form")
    ledger.edit_entry(SOMEONE, year, 1, 1, a_draft(label="Ce que l’autre a écrit"))
    assert mandataire.post(ENTRY, {**mine, "projet": "Cirque"}).status_code == 409
    assert not Project.select().exists()
