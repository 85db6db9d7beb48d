"""The régies d'avance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from retkoop.actions import ledger
from retkoop.facts import Allocation
from retkoop.models import YearKey
from tests.factories import SOMEONE, an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, readers, stored, text, undo_of, without_form

ADVANCES = f"{YEAR}/regies"


def moved(key: YearKey, advance: int, bank: int = 0, spent: int = 0, code: str = "CP", **values: object) -> int:
    """Enter a movement of a régie in the cahier."""
    lines = (Allocation("61800008", spent),) if spent else ()
    return an_entry(key, bank=bank, advance=code, advance_amount=advance, allocations=lines, **values)


def settled(key: YearKey) -> None:
    """Hand out 150 €, of which 127,50 € are spent and the rest is given back."""
    moved(key, 15_000, bank=-15_000, label="Avance CP")
    moved(key, -12_750, spent=12_750, day=date(2024, 11, 20), label="Factures CP")
    moved(key, -2_250, bank=2_250, day=date(2024, 11, 21), label="Reliquat CP")


def row_of(html: str, code: str) -> list[str]:
    """Give the cells of a régie in the table."""
    table = pages.by_id(pages.parse(html), "tableau")
    assert table is not None
    rows = [[pages.text_of(cell) for cell in row.iter("td")] for row in table.iter("tr")]
    return next(row for row in rows if row and row[0] == code)


def about(html: str, number: int) -> str:
    """Give what the page says of one régie."""
    return pages.text_of(pages.by_id(pages.parse(html), f"regie-{number}"))


def test_no_régie_says_how_to_begin(mandataire: Browser) -> None:
    said = text(mandataire.get(ADVANCES).text)
    assert "Aucune régie. Si vous confiez de l’argent à une classe, commencez par créer sa régie ci-dessous." in said


def test_it_creates_a_régie(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(ADVANCES)
    page = mandataire.follow(ADVANCES, {"code": "CE1-A", "titulaire": "Mme Petit"})
    assert "Régie « CE1-A » créée." in page.text
    assert "Cette régie n’a pas encore servi." in about(page.text, 1)
    (advance,) = stored(year).advances
    assert (advance.code, advance.holder) == ("CE1-A", "Mme Petit")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Ce champ est à remplir."),
        ("cp", "La régie « cp » existe déjà."),
        ("x" * 41, "Ce texte est trop long : 40 caractères au plus (ici 41)."),
    ],
)
def test_it_refuses_a_code_that_names_nothing_new(mandataire: Browser, year: YearKey, code: str, sentence: str) -> None:
    an_advance(year)
    mandataire.get(ADVANCES)
    page = mandataire.post(ADVANCES, {"code": code, "titulaire": "Mme Petit"})
    assert page.status_code == 422
    tree = pages.parse(page.text)
    assert pages.text_of(pages.by_id(tree, "code-faute")) == sentence
    kept = [field.get("value") for name in ("code", "titulaire") if (field := pages.by_id(tree, name)) is not None]
    assert kept == [code, "Mme Petit"]
    assert [advance.code for advance in stored(year).advances] == ["CP"]


def test_a_settled_régie_gets_its_bravo(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    settled(year)
    page = mandataire.get(ADVANCES)
    assert "Toutes les régies sont à zéro. Bravo" in text(page.text)
    assert row_of(page.text, "CP") == [
        "CP", "Classe de CP", "150,00", "0,00", "127,50", "22,50", "0,00 Bravo"
    ]  # fmt: skip
    assert "il ne reste rien. Bravo" in about(page.text, 1)
    assert "plafond" not in about(page.text, 1)


def test_it_says_what_is_left(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    moved(year, 10_000, bank=-10_000)
    page = mandataire.get(ADVANCES)
    assert "Une régie n’est pas à zéro" in text(page.text)
    assert "Il reste 100,00 € à justifier par des factures, ou à rendre." in about(page.text, 1)


def test_two_régies_that_make_up_for_each_other_are_not_settled(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    an_advance(year, "CM2")
    moved(year, 4_000, bank=-4_000)
    moved(year, -4_000, spent=4_000, code="CM2")
    page = mandataire.get(ADVANCES)
    assert "2 régies ne sont pas à zéro" in text(page.text)
    assert "La classe a justifié ou rendu 40,00 € de trop" in about(page.text, 2)


def test_it_warns_above_the_ceiling(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    moved(year, 10_000, bank=-10_000)
    moved(year, 6_000, bank=-6_000)
    said = about(mandataire.get(ADVANCES).text, 1)
    assert "la classe a eu jusqu’à 160,00 € en main ; le plafond est de 150,00 €." in said


def test_each_movement_leads_to_its_entry(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    settled(year)
    section = pages.by_id(pages.parse(mandataire.get(ADVANCES).text), "regie-1")
    assert section is not None
    links = {pages.text_of(link): link.get("href") for link in section.iter("a")}
    assert links["Avance CP"] == f"{YEAR}/cahier?mois=2024-11#ecriture-1"
    assert links["Donner, justifier ou rendre pour la régie CP"] == f"{ADVANCES}/1/mouvement"
    assert links["saisit dans le cahier, régie CP"] == f"{YEAR}/cahier?regie=CP#entry-form"
    rows = [[pages.text_of(cell) for cell in row.iter("td")][3:] for row in section.iter("tr")][1:]
    assert rows == [
        ["150,00 versés", "", "150,00"],
        ["", "127,50 justifiés", "22,50"],
        ["", "22,50 rendus", "0,00"],
    ]


def test_it_changes_the_holder(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    mandataire.get(f"{ADVANCES}/1")
    page = mandataire.follow(f"{ADVANCES}/1", {"titulaire": "M. Grand", "vu": "Classe de CP"})
    assert "Régie « CP » modifiée." in page.text
    assert stored(year).advances[0].holder == "M. Grand"


def test_a_holder_too_long_is_refused(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    mandataire.get(f"{ADVANCES}/1")
    page = mandataire.post(f"{ADVANCES}/1", {"titulaire": "x" * 121, "vu": "Classe de CP"})
    assert page.status_code == 422
    assert "Ce texte est trop long : 120 caractères au plus (ici 121)." in page.text
    assert stored(year).advances[0].holder == "Classe de CP"


def test_a_holder_changed_meanwhile_shows_both(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    mandataire.get(f"{ADVANCES}/1")
    mandataire.follow(f"{ADVANCES}/1", {"titulaire": "M. Grand", "vu": "Classe de CP"})
    page = mandataire.post(f"{ADVANCES}/1", {"titulaire": "Mme Petit", "vu": "Classe de CP"})
    assert page.status_code == 409
    assert "Enregistré maintenant : M. Grand." in text(page.text)
    assert 'value="Mme Petit"' in page.text
    assert stored(year).advances[0].holder == "M. Grand"
    mandataire.follow(f"{ADVANCES}/1", {"titulaire": "Mme Petit", "vu": "M. Grand"})
    assert stored(year).advances[0].holder == "Mme Petit"


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("", {"code": "CM1", "cle": "une"}),
        ("/1", {"titulaire": "Dominique", "vu": "Classe de CP"}),
        ("/1/supprimer", {}),
    ],
)
def test_what_was_done_is_taken_back_from_its_message(
    mandataire: Browser, year: YearKey, address: str, typed: dict[str, str]
) -> None:
    an_advance(year)
    before = stored(year).advances
    mandataire.get(ADVANCES)
    page = mandataire.follow(ADVANCES + address, typed)
    assert stored(year).advances != before
    answer = mandataire.post(*undo_of(page.text))
    assert answer.headers["Location"] == f"{ADVANCES}#contenu"
    assert "Action annulée." in mandataire.get(ADVANCES).text
    assert stored(year).advances == before


@pytest.mark.parametrize("served", [False, True])
def test_who_begins_sees_the_form_and_later_it_is_folded_at_the_end(
    mandataire: Browser, year: YearKey, served: bool
) -> None:
    an_advance(year)
    if served:
        moved(year, 4_000, bank=-4_000)
    html = mandataire.get(ADVANCES).text
    folded = pages.by_id(pages.parse(html), "creer")
    assert folded is not None
    assert (folded.get("open") is None) == served
    assert html.index('id="regie-1"') < html.index('id="creer"')
    refused = pages.by_id(pages.parse(mandataire.post(ADVANCES, {"code": ""}).text), "creer")
    assert refused is not None
    assert refused.get("open") is not None


def test_it_removes_a_régie_that_never_served(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    mandataire.get(ADVANCES)
    page = mandataire.follow(f"{ADVANCES}/1/supprimer")
    assert "Régie « CP » retirée." in page.text
    assert not stored(year).advances
    assert mandataire.post(f"{ADVANCES}/1/supprimer").status_code == 404


def test_a_régie_that_served_stays(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    number = moved(year, 4_000, bank=-4_000)
    page = mandataire.get(ADVANCES)
    assert "/1/supprimer" not in page.text
    assert mandataire.post(f"{ADVANCES}/1/supprimer").status_code == 422
    ledger.strike_entry(SOMEONE, year, number)
    assert mandataire.post(f"{ADVANCES}/1/supprimer").status_code == 422
    assert len(stored(year).advances) == 1


def test_readers_see_the_régies_and_change_nothing(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    an_advance(year)
    settled(year)
    for reader in readers(browse):
        page = reader.get(ADVANCES)
        assert "il ne reste rien." in about(page.text, 1)
        assert without_form(page.text)
        assert reader.get(f"{ADVANCES}/1").status_code == 403
        for address in ("", "/1", "/1/supprimer"):
            assert reader.post(ADVANCES + address, {"code": "CM2", "titulaire": "x"}).status_code == 403
    assert len(stored(year).advances) == 1


def test_a_closed_year_does_not_change(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    mandataire.get(ADVANCES)
    close(year)
    assert without_form(mandataire.get(ADVANCES).text)
    assert mandataire.get(f"{ADVANCES}/1").status_code == 409
    for address in ("", "/1", "/1/supprimer"):
        assert mandataire.post(ADVANCES + address, {"code": "CM2", "titulaire": "x"}).status_code == 409
    assert stored(year).advances[0].holder == "Classe de CP"
