"""The inbox: what waits, the entries that each scan may belong to, and one click that joins it."""

from __future__ import annotations

from typing import Any

import pytest

from retkoop.actions import scans
from retkoop.forms.scans import entry_words
from retkoop.models import Scan, Year, YearKey
from retkoop.storage import Storage
from retkoop.views import scan_screens as view
from tests.factories import SOMEONE, an_advance, an_entry
from tests.support import pages
from tests.support.papers import a_scan, arrived, bill, pamphlet, picture
from tests.views.conftest import Browser
from tests.views.scans.conftest import HOME, INBOX, facts, files


@pytest.fixture
def waiting(year: YearKey, storage: Storage) -> YearKey:
    """Give the year with a bill of 93,63 € (scan 1) and a photograph (scan 2) in its inbox."""
    document = scans.take_in("facture", bill("Le 06/11/2024", "Total TTC 93,63 €"), storage)
    scans.add_scan(SOMEONE, year, document)
    a_scan(year, storage, entry=None, name="ticket")
    return year


def entry_of(number: int) -> int | None:
    return Scan.get(Scan.number == number).entry


def seen(page: Any) -> list[str]:
    """Give where the small pictures lead."""
    (row,) = [row for row in pages.parse(page.text).iter("ul") if row.get("class") == "inbox"]
    return [link.get("href") or "" for link in row.iter("a") if "Agrandir" in pages.text_of(link)]


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
    assert (field.get("value"), field.get("aria-invalid"), field.get("aria-describedby")) == (
        said,
        "true",
        "faute-2 aide-2",
    )
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

    (link, *_) = seen(mandataire.get(INBOX + "?depuis=3"))
    assert link == "?depuis=3&piece=3#vue"

    assert names(INBOX) == ["ticket 0", "ticket 1"]
    assert "Voir les 3 suivantes" in mandataire.get(INBOX).text
    assert names(INBOX + "?depuis=3") == ["ticket 2", "ticket 3"]
    assert names(INBOX + "?depuis=5") == ["ticket 4"]
    page = mandataire.follow(INBOX + "/3/retirer", {"depuis": "3"})
    assert [pages.text_of(title) for title in pages.parse(page.text).iter("h3")] == ["ticket 3", "ticket 4"]


@pytest.mark.parametrize("depuis", ["x", "9" * 5_000, "-1", "99"])
def test_a_part_that_makes_no_sense_is_no_error(mandataire: Browser, waiting: YearKey, depuis: str) -> None:
    assert mandataire.get(f"{INBOX}?depuis={depuis}").status_code == 200


# ---- Looked at


def viewer(page: Any) -> str | None:
    found = pages.by_id(pages.parse(page.text), "vue")
    return None if found is None else pages.text_of(found)


def test_one_that_waits_is_looked_at_large_then_put_aside(mandataire: Browser, waiting: YearKey) -> None:
    page = mandataire.get(INBOX)
    assert viewer(page) is None
    assert seen(page) == ["?piece=1#vue", "?piece=2#vue"]
    page = mandataire.get(INBOX + "?piece=2")
    assert "ticket" in (viewer(page) or "")
    assert "Détacher" not in page.text
    assert "Mettre en premier" not in page.text
    closing = [link.get("href") for link in pages.parse(page.text).iter("a") if "Fermer" in pages.text_of(link)]
    assert closing == [INBOX]


def test_a_pdf_that_waits_is_read_page_by_page(mandataire: Browser, waiting: YearKey, storage: Storage) -> None:
    scans.add_scan(SOMEONE, waiting, scans.take_in("devis", pamphlet("Un", "Deux"), storage))
    before = mandataire.get(INBOX + "?depuis=2&piece=3")
    assert "Page 1 sur 2" in (viewer(before) or "")
    (onward,) = [
        one.get("hx-get") or "" for one in pages.parse(before.text).iter("a") if one.get("id") == "page-suivante"
    ]
    assert onward == INBOX + "?depuis=2&piece=3&feuille=2"
    answer = mandataire.client.get(onward, headers={"HX-Request": "true"})
    swapped = pages.after_swap(before.text, answer.text, "vue")
    fresh = mandataire.get(answer.headers["HX-Replace-Url"])
    assert "Page 2 sur 2" in (viewer(fresh) or "")
    assert pages.shown(swapped) == pages.shown(pages.parse(fresh.text))
    assert mandataire.client.get(INBOX + "/3/pages/2").mimetype == "image/webp"


@pytest.mark.parametrize("htmx", [True, False])
def test_one_that_waits_is_turned_and_replaced(mandataire: Browser, waiting: YearKey, htmx: bool) -> None:
    address = INBOX + "?piece=2"
    for path, fields in (("tourner", {"quarts": "1"}), ("remplacer", files(("net.png", picture("gold"))))):
        before = mandataire.get(address)
        answer = mandataire.post(f"{INBOX}/2/{path}", {"page": "", "piece": "2", **fields}, htmx=htmx)
        leads = answer.headers["HX-Replace-Url" if htmx else "Location"]
        assert leads == address, "it is still looked at"
        if htmx:
            swapped = pages.after_swap(before.text, answer.text, "pieces")
            assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(leads).text))
        (row,) = Scan.select().where(Scan.number == 2)
        assert (row.turn, row.name) == ((1, "ticket") if path == "tourner" else (0, "net"))


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(("path", "fields"), [("retirer", {}), ("joindre", {"numero": "1"})])
def test_once_it_waits_no_more_it_is_looked_at_no_more(
    mandataire: Browser, waiting: YearKey, path: str, fields: dict[str, str], htmx: bool
) -> None:
    before = mandataire.get(INBOX + "?piece=2")
    answer = mandataire.post(f"{INBOX}/2/{path}", {"piece": "2", **fields}, htmx=htmx)
    leads = answer.headers["HX-Replace-Url" if htmx else "Location"]
    assert leads == INBOX
    if htmx:
        swapped = pages.after_swap(before.text, answer.text, "pieces")
        assert pages.shown(swapped) == pages.shown(pages.parse(mandataire.get(leads).text))
    gone = mandataire.client.get(INBOX + "?piece=2", headers={"HX-Request": "true"})
    assert (gone.status_code, viewer(mandataire.get(INBOX + "?piece=2"))) == (204, None)


@pytest.mark.parametrize("asked", ["99", "x", "²", "9" * 5_000, "-1", ""])
def test_one_that_does_not_wait_is_not_looked_at(mandataire: Browser, waiting: YearKey, asked: str) -> None:
    assert viewer(mandataire.get(f"{INBOX}?piece={asked}")) is None


def test_the_field_says_what_may_be_typed(mandataire: Browser, waiting: YearKey) -> None:
    tree = pages.parse(mandataire.get(INBOX).text)
    field = pages.by_id(tree, "ecriture-2")
    assert field is not None
    assert pages.text_of(pages.by_id(tree, field.get("aria-describedby") or "")) == "Libellé, n° de PJ ou montant"


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


def test_what_was_given_back_in_cash_is_listed_with_its_amount(mandataire: Browser, year: YearKey) -> None:
    """Out of the régie and into the cash box, nothing has moved in all."""
    back = {"bank": 0, "cash": 3_155, "advance": an_advance(year), "advance_amount": -3_155, "allocations": ()}
    an_entry(year, label="Reliquat rendu", **back)
    tree = pages.parse(mandataire.get(INBOX + "/manquantes").text)
    (row,) = [pages.text_of(row) for row in tree.iter("tr") if "Reliquat rendu" in pages.text_of(row)]
    assert "+31,55" in row
    assert "0,00" not in row


def test_a_reader_sees_what_is_lacking(verifier: Browser, year: YearKey) -> None:
    page = verifier.get(INBOX + "/manquantes")
    assert "Papeterie" in page.text
    assert "Joindre" not in page.text
