"""A scan sent with the form of an entry, and an entry begun from a scan that waits."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from retkoop.actions import scans
from retkoop.models import Entry, Scan, YearKey
from tests.factories import SOMEONE, YEAR
from tests.support import pages
from tests.views.conftest import Browser, form_of

BOOK = f"/coop/075-0001/{YEAR.label}/cahier"


def picture(colour: str = "white") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return out.getvalue()


def typed(mandataire: Browser, *files: tuple[bytes, str], address: str = BOOK, **more: str) -> dict[str, Any]:
    fields: dict[str, Any] = form_of(mandataire.get(address), "entry-form")
    fields |= {"date": "2024-10-18", "libelle": "Librairie – Albums", "nature": "depense", "lignes-0-montant": "12"}
    return {**fields, **more, "pieces": [(BytesIO(data), name) for data, name in files]}


@pytest.mark.parametrize("htmx", [False, True])
def test_the_files_are_joined_to_the_new_entry(year: YearKey, mandataire: Browser, htmx: bool) -> None:
    files = (picture(), "facture.png"), (picture("red"), "../../ticket.png")
    answer = mandataire.post(BOOK, typed(mandataire, *files), htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    found = [(scan.entry, scan.name) for scan in Scan.select().order_by(Scan.number)]
    assert found == [(1, "facture"), (1, "ticket")]


def test_a_refused_file_does_not_lose_the_entry_nor_the_other_file(year: YearKey, mandataire: Browser) -> None:
    files = (b"<svg/>", "plan.pdf"), (picture(), "facture.png")
    page = mandataire.follow(BOOK, typed(mandataire, *files)).text
    assert "Écriture 01 enregistrée." in page
    assert "La pièce plan n’a pas été gardée" in page
    assert Entry.select().count() == 1
    assert [scan.name for scan in Scan.select()] == ["facture"]


def test_a_form_sent_twice_makes_one_entry_and_one_scan(year: YearKey, mandataire: Browser) -> None:
    fields = typed(mandataire)
    for _ in range(2):
        mandataire.post(BOOK, {**fields, "pieces": [(BytesIO(picture()), "facture.png")]})
    assert (Entry.select().count(), Scan.select().count()) == (1, 1)


def test_a_refused_form_keeps_no_file(year: YearKey, mandataire: Browser) -> None:
    answer = mandataire.post(BOOK, typed(mandataire, (picture(), "facture.png"), libelle=""))
    assert answer.status_code == 422
    assert not Scan.select().count()


def test_an_entry_begun_from_a_waiting_scan_takes_it(app: Flask, year: YearKey, mandataire: Browser) -> None:
    arrived = scans.take_in("facture", picture(), app.config["STORAGE"])
    number = scans.add_scan(SOMEONE, year, arrived).number
    address = f"{BOOK}?jour=2024-10-18&montant=12,50&joindre={number}"
    page = mandataire.get(address)
    assert "sera jointe à cette écriture" in page.text
    (link,) = [link for link in pages.parse(page.text).iter("a") if "Regarder la pièce" in pages.text_of(link)]
    assert (link.get("href"), link.get("target")) == (f"{BOOK[:-6]}pieces?piece={number}#vue", "_blank")
    (small,) = list(link.iter("img"))
    assert mandataire.client.get(small.get("src") or "").mimetype == "image/webp"
    sent = {**typed(mandataire, address=address), "libelle": ""}
    assert mandataire.post(BOOK, sent).text.count("Regarder la pièce") == 1, "it stays in sight"
    assert form_of(page, "entry-form")["lignes-0-montant"] == "12,50"
    mandataire.post(BOOK, typed(mandataire, address=address))
    assert Scan.get(year.of(Scan)).entry == 1


@pytest.mark.parametrize("number", ["9", "abc", "²", "99999999999"])
def test_a_scan_that_does_not_wait_is_said_so_before_anything_is_typed(
    year: YearKey, mandataire: Browser, number: str
) -> None:
    assert "La pièce n’est plus en attente" in mandataire.get(f"{BOOK}?joindre={number}").text


@pytest.mark.parametrize("number", ["9", "abc", "99999999999", ""])
def test_a_scan_that_does_not_wait_is_not_joined(year: YearKey, mandataire: Browser, number: str) -> None:
    assert mandataire.post(BOOK, typed(mandataire, joindre=number)).status_code == 303
    assert Entry.select().count() == 1


# ---- What no browser keeps

AGAIN = "Vous aviez choisi facture, ticket."


def sent_back(mandataire: Browser, htmx: bool = False) -> Any:
    files = (picture(), "facture.png"), (picture("red"), "ticket.png")
    return mandataire.post(BOOK, typed(mandataire, *files, libelle=""), htmx=htmx)


def test_a_refused_form_says_which_files_must_be_chosen_again(year: YearKey, mandataire: Browser) -> None:
    answer = sent_back(mandataire)
    assert (answer.status_code, AGAIN in answer.text) == (422, True)


def test_with_htmx_the_field_is_kept_and_nothing_is_asked_again(year: YearKey, mandataire: Browser) -> None:
    answer = sent_back(mandataire, htmx=True)
    assert (answer.status_code, "Vous aviez choisi" in answer.text) == (422, False)
    key = form_of(mandataire.get(BOOK), "entry-form")["cle"]
    sent = typed(mandataire, (picture(), "facture.png"), libelle="", cle=key)
    assert f'id="pieces-{key}"' in mandataire.post(BOOK, sent, htmx=True).text


@pytest.mark.parametrize("htmx", [False, True])
def test_the_page_shown_again_later_says_so_too(year: YearKey, mandataire: Browser, htmx: bool) -> None:
    sent_back(mandataire, htmx)
    assert AGAIN in mandataire.get(BOOK).text
    mandataire.follow(BOOK, typed(mandataire))
    assert "Vous aviez choisi" not in mandataire.get(BOOK).text


@pytest.mark.parametrize("htmx", [False, True])
def test_it_is_said_until_a_file_comes_or_the_entry_is_kept(year: YearKey, mandataire: Browser, htmx: bool) -> None:
    def again(*files: tuple[bytes, str], **more: str) -> Any:
        fields = {**typed(mandataire, *files, libelle=""), **more}
        return mandataire.post(BOOK, fields, htmx=htmx)

    sent_back(mandataire)
    for _ in range(2):
        assert AGAIN in again().text
        assert AGAIN in mandataire.get(BOOK).text
    again((picture("blue"), "autre.png"))
    assert "Vous aviez choisi autre." in mandataire.get(BOOK).text
    mandataire.post(BOOK, typed(mandataire, (picture("blue"), "autre.png")), htmx=htmx)
    assert "Vous aviez choisi" not in mandataire.get(BOOK).text


def test_no_name_said_before_makes_a_page_invalid(year: YearKey, mandataire: Browser) -> None:
    sent_back(mandataire)
    mandataire.post(BOOK, {**typed(mandataire, libelle=""), "choisies": "a\x01\uffff<b>" + "x" * 900})
    assert len(form_of(mandataire.get(BOOK), "entry-form")["choisies"]) == 300


def test_one_more_line_says_so_too(year: YearKey, mandataire: Browser) -> None:
    # Without JavaScript this button sends the form as text: of files, their names.
    fields = {**typed(mandataire), "pieces": ["facture.png", "ticket.png"]}
    assert AGAIN in mandataire.post(BOOK + "/formulaire", fields).text


def test_a_form_without_file_asks_for_none(year: YearKey, mandataire: Browser) -> None:
    fields = {**typed(mandataire, libelle=""), "pieces": (BytesIO(b""), "")}
    assert "Vous aviez choisi" not in mandataire.post(BOOK, fields).text
    assert "Vous aviez choisi" not in mandataire.get(BOOK).text


def test_more_files_than_are_taken_at_once_are_not_lost_without_a_word(year: YearKey, mandataire: Browser) -> None:
    files = [(picture(f"#0000{number:02x}"), f"{number}.png") for number in range(21)]
    page = mandataire.follow(BOOK, typed(mandataire, *files)).text
    assert "Les 20 premiers fichiers seulement ont été regardés" in page
    assert Scan.select().count() == 20
