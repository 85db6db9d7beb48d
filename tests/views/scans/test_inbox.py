"""The inbox: what waits, the entries that each scan may belong to, and one click that joins it."""

from __future__ import annotations

import pytest

from retkoop.actions import scans
from retkoop.forms.scans import entry_words
from retkoop.models import Scan, Year, YearKey
from retkoop.storage import Storage
from retkoop.views import scans as view
from tests.factories import SOMEONE
from tests.support import pages
from tests.support.papers import a_scan, arrived, bill
from tests.views.conftest import Browser
from tests.views.scans.conftest import HOME, INBOX, facts


@pytest.fixture
def waiting(year: YearKey, storage: Storage) -> YearKey:
    """Give the year with a bill of 93,63 € (scan 1) and a photograph (scan 2) in its inbox."""
    document = scans.take_in("facture", bill("Le 06/11/2024", "Total TTC 93,63 €"), storage)
    scans.add_scan(SOMEONE, year, document)
    a_scan(year, storage, entry=None, name="ticket")
    return year


def entry_of(number: int) -> int | None:
    return Scan.get(Scan.number == number).entry


def test_an_empty_inbox_says_how_to_begin(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.get(INBOX)
    assert "Aucune pièce n’attend." in page.text
    assert "datalist" not in page.text


def test_a_scan_proposes_the_entries_that_it_may_belong_to(mandataire: Browser, waiting: YearKey) -> None:
    tree = pages.parse(mandataire.get(INBOX).text)
    buttons = [button for button in tree.iter("button") if button.get("name") == "numero"]
    assert buttons[0].get("value") == "2"
    assert pages.text_of(buttons[0]) == "Joindre à 02 · 04/11/2024 · Papeterie – Cahiers · 93,63 €"
    assert "même montant" in pages.text_of(tree.find("body"))
    assert "Lu dans ce document : 93,63 €, 06/11/2024" in pages.text_of(tree.find("body"))


def test_one_click_joins_it(mandataire: Browser, waiting: YearKey) -> None:
    mandataire.get(INBOX)
    page = mandataire.follow(INBOX + "/1/joindre", {"numero": "2"})
    assert "Pièce jointe à l’écriture 02 · 04/11/2024 · Papeterie – Cahiers" in page.text
    assert entry_of(1) == 2
    assert "ticket" in page.text, "one goes on with the next"


def test_it_is_joined_to_the_entry_that_was_typed(mandataire: Browser, waiting: YearKey) -> None:
    mandataire.get(INBOX)
    mandataire.follow(INBOX + "/2/joindre", {"ecriture": entry_words(facts(waiting).by_number[1])})
    mandataire.follow(INBOX + "/1/joindre", {"ecriture": "cahiers"})
    assert (entry_of(2), entry_of(1)) == (1, 2)


def test_the_list_offers_the_entries_without_scan(mandataire: Browser, waiting: YearKey, storage: Storage) -> None:
    def offered() -> list[str]:
        tree = pages.parse(mandataire.get(INBOX).text)
        return [option.get("value") or "" for option in tree.iter("option")]

    assert offered() == [entry_words(entry) for entry in facts(waiting).entries]
    scans.add_scan(SOMEONE, waiting, arrived(storage, "red"), 1)
    assert offered() == [entry_words(facts(waiting).by_number[2])]


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("said", ["", "xyz", "–", "99"])
def test_what_is_no_entry_is_said_and_kept(mandataire: Browser, waiting: YearKey, said: str, htmx: bool) -> None:
    mandataire.get(INBOX)
    answer = mandataire.post(INBOX + "/2/joindre", {"ecriture": said}, htmx=htmx)
    assert answer.status_code == 422
    tree = pages.parse_fragment(answer.text) if htmx else pages.parse(answer.text)
    field = pages.by_id(tree, "ecriture-2")
    assert field is not None
    assert (field.get("value"), field.get("aria-invalid"), field.get("aria-describedby")) == (said, "true", "faute-2")
    assert pages.text_of(pages.by_id(tree, "faute-2"))
    assert entry_of(2) is None


@pytest.mark.parametrize("number", ["99", "0", "x", "-1", "9" * 9])
def test_an_entry_that_is_not_there_is_refused(mandataire: Browser, waiting: YearKey, number: str) -> None:
    mandataire.get(INBOX)
    assert mandataire.post(INBOX + "/1/joindre", {"numero": number}).status_code == 422
    assert entry_of(1) is None


def test_a_new_entry_begins_with_what_was_read(mandataire: Browser, waiting: YearKey) -> None:
    tree = pages.parse(mandataire.get(INBOX).text)
    links = [link.get("href") for link in tree.iter("a") if "Nouvelle écriture" in pages.text_of(link)]
    assert links == [f"{HOME}cahier?jour=2024-11-06&montant=93,63&joindre=1", f"{HOME}cahier?joindre=2"]
    assert mandataire.get(links[0]).status_code == 200


def test_a_full_inbox_is_shown_in_parts(
    mandataire: Browser, year: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "SHOWN", 2)
    for number in range(5):
        a_scan(year, storage, entry=None, colour=f"#0000{number:02d}", name=f"ticket {number}")

    def names(address: str) -> list[str]:
        return [pages.text_of(title) for title in pages.parse(mandataire.get(address).text).iter("h3")]

    assert names(INBOX) == ["ticket 0", "ticket 1"]
    assert "Voir les 3 suivantes" in mandataire.get(INBOX).text
    assert names(INBOX + "?depuis=3") == ["ticket 2", "ticket 3"]
    assert names(INBOX + "?depuis=5") == ["ticket 4"]
    page = mandataire.follow(INBOX + "/3/retirer", {"depuis": "3"})
    assert [pages.text_of(title) for title in pages.parse(page.text).iter("h3")] == ["ticket 3", "ticket 4"]


@pytest.mark.parametrize("depuis", ["x", "9" * 5_000, "-1", "99"])
def test_a_part_that_makes_no_sense_is_no_error(mandataire: Browser, waiting: YearKey, depuis: str) -> None:
    assert mandataire.get(f"{INBOX}?depuis={depuis}").status_code == 200


CHANGES = {
    "join": ("1/joindre", {"numero": "2"}), "refused": ("1/joindre", {"ecriture": "xyz"}), "remove": ("2/retirer", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_after_the_swap_the_page_is_what_a_reload_shows(mandataire: Browser, waiting: YearKey, name: str) -> None:
    path, fields = CHANGES[name]
    before = mandataire.get(INBOX)
    answer = mandataire.post(f"{INBOX}/{path}", fields, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "pieces")
    if name == "refused":
        fresh = mandataire.post(f"{INBOX}/{path}", fields)
    else:
        fresh = mandataire.get(answer.headers["HX-Replace-Url"])
    assert pages.shown(swapped) == pages.shown(pages.parse(fresh.text))


def test_a_reader_sees_what_waits_and_changes_nothing(verifier: Browser, waiting: YearKey) -> None:
    page = verifier.get(INBOX)
    assert "ticket" in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert verifier.client.get(INBOX + "/1/vignette").status_code == 200
    assert verifier.post(INBOX + "/1/joindre", {"numero": "2"}).status_code == 403


def test_a_closed_year_joins_nothing(mandataire: Browser, waiting: YearKey) -> None:
    mandataire.get(INBOX)
    Year.update(state="closed").execute()
    assert mandataire.post(INBOX + "/1/joindre", {"numero": "2"}).status_code == 409
    assert entry_of(1) is None


# ---- What is lacking


def test_the_entries_without_scan_are_listed_those_that_closing_asks_for_first(
    mandataire: Browser, year: YearKey, storage: Storage
) -> None:
    page = mandataire.get(INBOX + "/manquantes")
    assert "Il les faut pour clore l’exercice" in page.text
    links = [link.get("href") for link in pages.parse(page.text).iter("a") if "Joindre" in pages.text_of(link)]
    assert links == [f"{HOME}cahier/ecritures/{number}/pieces" for number in (1, 2)]
    for number, colour in ((1, "red"), (2, "blue")):
        a_scan(year, storage, number, colour)
    page = mandataire.get(INBOX + "/manquantes")
    assert "Chaque écriture a sa pièce." in page.text
    assert "Bravo" in page.text


def test_a_reader_sees_what_is_lacking(verifier: Browser, year: YearKey) -> None:
    page = verifier.get(INBOX + "/manquantes")
    assert "Papeterie" in page.text
    assert "Joindre" not in page.text
