"""The scans of an entry: looked at, turned, replaced, put away, brought back; each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from retkoop.actions import ledger, scans
from retkoop.audit import Actor
from retkoop.models import Scan, Year, YearKey
from retkoop.storage import Storage
from tests.factories import SOMEONE, a_coop, a_person, a_year
from tests.support import pages
from tests.support.papers import HOSTILE, a_scan, bill, picture
from tests.views.conftest import Browser
from tests.views.scans.conftest import ENTRY, HOME, INBOX, facts, files


@pytest.fixture
def two(year: YearKey, storage: Storage) -> YearKey:
    """Give the year whose entry 1 has two scans."""
    a_scan(year, storage, colour="red", name="recto")
    a_scan(year, storage, colour="blue", name="verso")
    return year


def shown(browser: Browser, address: str = ENTRY) -> str:
    return pages.text_of(pages.by_id(pages.parse(browser.get(address).text), "vue-titre"))


def step_of(text: str) -> list[str]:
    found = pages.parse(text).findall(".//div[@class='message']//input[@name='etape']")
    return [field.get("value") or "" for field in found]


def test_one_scan_is_shown_large_and_the_others_lead_to_it(mandataire: Browser, two: YearKey) -> None:
    page = mandataire.get(ENTRY)
    tree = pages.parse(page.text)
    large = [image.get("src") or "" for image in tree.iter("img") if image.get("class") == "large"]
    assert len(large) == 1
    assert mandataire.client.get(large[0]).mimetype == "image/png"
    assert all(image.get("alt") for image in tree.iter("img"))
    assert shown(mandataire) == "recto"
    assert shown(mandataire, ENTRY + "?piece=2") == "verso"


@pytest.mark.parametrize("asked", ["99", "x", "²", "9" * 5_000, "-1", ""])
def test_a_scan_that_is_not_there_leaves_the_first_one(mandataire: Browser, two: YearKey, asked: str) -> None:
    assert shown(mandataire, f"{ENTRY}?piece={asked}") == "recto"


def test_a_pdf_is_shown_by_its_first_page_and_handed_over(mandataire: Browser, year: YearKey, storage: Storage) -> None:
    document = scans.take_in("facture", bill("Total TTC 12,00 €"), storage)
    scans.add_scan(SOMEONE, year, document, 1)
    page = mandataire.get(ENTRY)
    assert "Télécharger le PDF" in page.text
    assert f"{INBOX}/1/pages/1?" in page.text
    assert mandataire.client.get(INBOX + "/1/pages/1").mimetype == "image/webp"
    assert "attachment" in mandataire.client.get(INBOX + "/1").headers["Content-Disposition"]


def test_a_scan_without_small_picture_is_shown_all_the_same(
    mandataire: Browser, two: YearKey, storage: Storage
) -> None:
    document = scans.take_in("facture", bill("Total"), storage)
    scans.add_scan(SOMEONE, two, document, 1)
    Scan.update(thumb_digest="").execute()
    page = mandataire.get(ENTRY + "?piece=3")
    assert "vignette" not in page.text
    assert "PDF" in page.text


@pytest.mark.parametrize("path", ["/cahier/ecritures/99/pieces", "/cahier/ecritures/0/pieces"])
def test_an_entry_that_is_not_there_has_no_scans(mandataire: Browser, year: YearKey, path: str) -> None:
    assert mandataire.client.get(HOME[:-1] + path).status_code == 404


# ---- Of an entry that was struck out


@pytest.fixture
def struck(two: YearKey) -> YearKey:
    """Give the year whose entry 1, with its two scans, is struck out."""
    ledger.strike_entry(SOMEONE, two, 1)
    return two


@pytest.mark.parametrize("who", ["mandataire", "verifier"])
def test_the_scans_of_a_struck_entry_are_found_and_looked_at(
    request: pytest.FixtureRequest, struck: YearKey, who: str
) -> None:
    browser: Browser = request.getfixturevalue(who)
    for page in ("cahier/supprimees", "cahier/ecritures/1/historique"):
        assert ENTRY in [link.get("href") for link in pages.parse(browser.get(HOME + page).text).iter("a")]
    assert HOME + "cahier/supprimees" in browser.get(INBOX).text
    page = browser.get(ENTRY).text
    assert "Cette écriture est supprimée." in page
    assert [pages.text_of(title) for title in pages.parse(page).iter("h2")] == ["recto", "verso"]
    assert page.count("Remettre à ranger") == (2 if who == "mandataire" else 0)
    for path in ("/1", "/1/vignette", "/2/pages/1"):
        assert browser.client.get(INBOX + path).status_code == 200


def test_a_scan_of_a_struck_entry_is_put_back_into_the_inbox(mandataire: Browser, struck: YearKey) -> None:
    mandataire.get(ENTRY)
    page = mandataire.follow(INBOX + "/1/detacher")
    assert "Pièce remise avec celles à ranger." in page.text
    assert not step_of(page.text), "it cannot go back to where it was"
    assert [scan.number for scan in facts(struck).inbox] == [1]
    mandataire.follow(INBOX + "/2/detacher")
    assert "Elle n’a pas de pièce." in mandataire.get(ENTRY).text
    assert "supprimees" not in mandataire.get(INBOX).text


def test_nothing_else_is_done_to_it(mandataire: Browser, struck: YearKey) -> None:
    mandataire.get(INBOX)
    for path in ("tourner", "remplacer", "joindre", "premiere"):
        assert mandataire.post(f"{INBOX}/1/{path}", {"quarts": "1", "numero": "2"}).status_code == 404
    assert mandataire.post(ENTRY, files(("a.png", picture("green")))).status_code == 404


def test_who_turned_a_page_meanwhile_is_told(mandataire: Browser, struck: YearKey) -> None:
    answer = mandataire.client.get(ENTRY + "?piece=1", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, ENTRY)


# ---- Changed, and the way back

CHANGES: dict[str, tuple[str, dict[str, Any], str]] = {
    "turn": ("1/tourner", {"quarts": "1"}, "Pièce tournée."),
    "replace": ("1/remplacer", {}, "Pièce remplacée par nouveau."),
    "put first": ("2/premiere", {"version": "1"}, "Pièce mise en premier."),
    "detach": ("1/detacher", {}, "Pièce remise avec celles à ranger."),
    "remove": ("1/retirer", {}, "Pièce retirée."),
}


def ask(browser: Browser, name: str, htmx: bool = False) -> Any:
    path, fields, _ = CHANGES[name]
    sent = files(("nouveau.png", picture("green"))) if name == "replace" else {}
    return browser.post(f"{INBOX}/{path}", {"page": "1", "piece": "1", **fields, **sent}, htmx=htmx)


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_says_what_it_did_and_is_taken_back(mandataire: Browser, two: YearKey, name: str) -> None:
    before = facts(two)
    mandataire.get(ENTRY)
    page = mandataire.get(ask(mandataire, name).headers["Location"])
    assert CHANGES[name][2] in page.text
    after = facts(two)
    assert (after.by_number[1].scans, after.inbox) != (before.by_number[1].scans, before.inbox)
    (step,) = step_of(page.text)
    page = mandataire.follow(INBOX + "/annuler", {"etape": step, "page": "1", "piece": "1"})
    assert "Action annulée." in page.text
    again = [(scan.number, scan.name, scan.digest, scan.turn) for scan in facts(two).by_number[1].scans]
    assert again == [(scan.number, scan.name, scan.digest, scan.turn) for scan in before.by_number[1].scans]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("address", [ENTRY, ENTRY + "?piece=2"])
def test_after_the_swap_the_page_is_what_a_reload_shows(
    mandataire: Browser, two: YearKey, name: str, address: str
) -> None:
    before = mandataire.get(address)
    answer = ask(mandataire, name, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "pieces")
    fresh = mandataire.get(answer.headers["HX-Replace-Url"])
    assert pages.shown(swapped) == pages.shown(pages.parse(fresh.text))
    (step,) = step_of(f"<!doctype html><title>x</title>{answer.text}")
    undone = mandataire.post(INBOX + "/annuler", {"etape": step, "page": "1", "piece": "1"}, htmx=True)
    swapped = pages.after_swap(fresh.text, undone.text, "pieces")
    fresh = mandataire.get(undone.headers["HX-Replace-Url"])
    assert pages.shown(swapped) == pages.shown(pages.parse(fresh.text))


def test_the_buttons_turn_by_a_quarter_each_way(mandataire: Browser, two: YearKey, storage: Storage) -> None:
    def wanted() -> list[str]:
        tree = pages.parse(mandataire.get(ENTRY).text)
        return [button.get("value") or "" for button in tree.iter("button") if button.get("name") == "quarts"]

    assert wanted() == ["3", "1"]
    mandataire.follow(INBOX + "/1/tourner", {"quarts": "1", "page": "1"})
    assert wanted() == ["0", "2"]
    digest = facts(two).by_number[1].scans[0].digest
    assert Image.open(BytesIO(storage.get(digest))).size == (90, 60)


@pytest.mark.parametrize("asked", ["", "4", "-1", "x", "²"])
def test_a_turn_that_makes_no_sense_is_refused(mandataire: Browser, two: YearKey, asked: str) -> None:
    mandataire.get(ENTRY)
    assert mandataire.post(INBOX + "/1/tourner", {"quarts": asked}).status_code == 422
    assert Scan.get(Scan.number == 1).turn == 0


def test_what_a_browser_shows_again_bears_another_address(mandataire: Browser, two: YearKey) -> None:
    """A picture is kept by its address for as long as a page lives: a turned one needs another."""
    before = mandataire.get(ENTRY).text
    after = mandataire.follow(INBOX + "/1/tourner", {"quarts": "1", "page": "1"}).text

    def pictures(text: str) -> set[str]:
        return {image.get("src") or "" for image in pages.parse(text).iter("img")}

    assert len(pictures(before) & pictures(after)) == 1, "only the small picture of the other scan stays"


def test_a_file_in_its_own_place_changes_nothing_and_offers_nothing_to_take_back(
    mandataire: Browser, two: YearKey
) -> None:
    mandataire.get(ENTRY)
    mandataire.follow(INBOX + "/1/tourner", {"quarts": "1", "page": "1"})
    own = files(("autre.png", picture("red")), page="1", piece="1")
    page = mandataire.follow(INBOX + "/1/remplacer", own)
    assert "C’est déjà ce fichier\u00a0: rien n’a changé." in page.text
    assert not step_of(page.text)


def test_a_refused_file_replaces_nothing(mandataire: Browser, two: YearKey) -> None:
    mandataire.get(ENTRY)
    before = list(Scan.select().tuples())
    for sent in (files(("x.png", HOSTILE)), {}):
        assert mandataire.post(INBOX + "/1/remplacer", sent).status_code == 422
    assert list(Scan.select().tuples()) == before


def test_a_scan_put_away_is_listed_and_comes_back(mandataire: Browser, two: YearKey) -> None:
    mandataire.get(ENTRY)
    page = mandataire.follow(INBOX + "/1/retirer", {"page": "1"})
    assert "Pièces retirées (1)" in page.text
    assert mandataire.client.get(INBOX + "/1").status_code == 404
    page = mandataire.follow(INBOX + "/1/retablir", {"page": "1"})
    assert "Pièce rétablie." in page.text
    assert "Pièces retirées" not in page.text
    assert shown(mandataire) == "recto"


def test_its_history_says_who_did_what_and_when(mandataire: Browser, two: YearKey) -> None:
    mandataire.get(ENTRY)
    page = mandataire.follow(INBOX + "/1/tourner", {"quarts": "1", "page": "1"})
    history = pages.text_of(pages.by_id(pages.parse(page.text), "vue"))
    assert "Rotation par 075-0001, le " in history
    assert f"Ajout par {SOMEONE.name}, le " in history


@pytest.mark.parametrize("fields", [{}, {"etape": ""}, {"etape": "x"}, {"etape": "9" * 30}, {"page": "1"}])
def test_there_must_be_something_to_take_back(mandataire: Browser, two: YearKey, fields: dict[str, str]) -> None:
    mandataire.get(ENTRY)
    assert mandataire.post(INBOX + "/annuler", fields).status_code == 422


def test_several_are_taken_back_together_or_not_at_all(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(ENTRY)
    page = mandataire.follow(ENTRY, files(("a.png", picture("red")), ("b.png", picture("blue"))))
    steps = step_of(page.text)
    scans.attach_scan(SOMEONE, year, 2, 2)
    assert mandataire.post(INBOX + "/annuler", {"etape": steps, "page": "1"}).status_code == 409
    assert [scan.name for scan in facts(year).by_number[1].scans] == ["a"]
    scans.attach_scan(SOMEONE, year, 2, 1)
    mandataire.get(ENTRY)
    assert "Action annulée." in mandataire.follow(INBOX + "/annuler", {"etape": steps, "page": "1"}).text
    assert not facts(year).by_number[1].scans


# ---- One after the other, where they are lacking


def onward(browser: Browser, number: int) -> list[tuple[str, str]]:
    """Give the links of an entry’s page to what is still lacking: their words and where they lead."""
    tree = pages.parse(browser.get(f"{HOME}cahier/ecritures/{number}/pieces").text)
    links = [(pages.text_of(link), link.get("href") or "") for link in tree.iter("a")]
    return [(words, to) for words, to in links if "manquantes" in words or "Suivante" in words]


def test_from_a_missing_scan_one_goes_on_with_the_next(mandataire: Browser, year: YearKey, storage: Storage) -> None:
    missing = ("Pièces manquantes (2)", INBOX + "/manquantes")
    second = ("Suivante sans pièce : 02 Papeterie – Cahiers", HOME + "cahier/ecritures/2/pieces")
    assert onward(mandataire, 1) == [missing, second]
    assert onward(mandataire, 2)[1][1] == ENTRY, "after the last comes the first"
    a_scan(year, storage)
    assert onward(mandataire, 1) == [("Pièces manquantes (1)", missing[1]), second], "also once its own is there"
    assert onward(mandataire, 2) == [("Pièces manquantes (1)", missing[1])]
    a_scan(year, storage, 2)
    assert onward(mandataire, 2) == []


def test_what_another_person_did_is_theirs_to_take_back(mandataire: Browser, two: YearKey) -> None:
    other = Actor("Dominique Autre", 999)
    step = scans.remove_scan(other, two, 1)
    mandataire.get(ENTRY)
    assert mandataire.post(INBOX + "/annuler", {"etape": str(step)}).status_code == 404
    assert [scan.name for scan in facts(two).by_number[1].scans] == ["verso"]


@pytest.mark.parametrize("said", ["99", "0", "x", "²", "9" * 9, "1.5"])
def test_a_form_that_does_not_say_where_it_comes_from_leads_to_the_inbox(
    mandataire: Browser, two: YearKey, said: str
) -> None:
    mandataire.get(ENTRY)
    answer = mandataire.post(INBOX + "/1/tourner", {"quarts": "1", "page": said})
    assert answer.headers["Location"] == INBOX


def test_a_verifier_looks_and_changes_nothing(verifier: Browser, two: YearKey) -> None:
    page = verifier.get(ENTRY)
    assert shown(verifier) == "recto"
    assert "<form" not in page.text.partition("<main")[2]
    assert verifier.client.get(INBOX + "/1/vignette").status_code == 200
    for name in CHANGES:
        assert ask(verifier, name).status_code == 403


def test_a_closed_year_is_looked_at_and_does_not_change(mandataire: Browser, two: YearKey) -> None:
    mandataire.get(ENTRY)
    Year.update(state="closed").execute()
    for name in CHANGES:
        assert ask(mandataire, name).status_code == 409
    assert "<form" not in mandataire.get(ENTRY).text.partition("<main")[2]


def test_a_stranger_reaches_nothing_of_it(two: YearKey, browse: Callable[[], Browser]) -> None:
    a_year(a_coop("075-0002"))
    a_person("voisin", coop_identifier="075-0002")
    neighbour = browse().sign_in("voisin")
    for path in (ENTRY, INBOX, INBOX + "/1", INBOX + "/1/vignette", INBOX + "/manquantes"):
        assert neighbour.client.get(path).status_code == 404


def test_the_finding_of_a_missing_scan_leads_here(mandataire: Browser, year: YearKey) -> None:
    page = pages.parse(mandataire.get(HOME + "cloture").text)
    (link,) = [link for link in page.iter("a") if link.get("href") == ENTRY + "#pieces"]
    assert "il lui manque le scan de sa pièce justificative" in pages.text_of(link)
