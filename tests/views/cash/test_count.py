"""Counting the cash box."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from retkoop.models import YearKey
from tests.factories import SOMEONE, a_coop, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import YEAR, close, readers, stored, text, undo_of, without_form

CASH = f"{YEAR}/caisse"


def counted(browser: Browser, **changes: str) -> dict[str, str]:
    """Give the form of the page with what a person typed in it."""
    return {**form_of(browser.get(CASH), "count-form"), **changes}


def cash_movement(key: YearKey, day: date, cash: int) -> int:
    return an_entry(key, day=day, bank=0, cash=cash, allocations=())


def test_it_begins_with_the_last_day_of_a_year_that_is_over(mandataire: Browser) -> None:
    page = mandataire.get(CASH)
    assert form_of(page, "count-form")["date"] == "2025-08-31"
    assert "Solde caisse du cahier" in page.text
    assert "Aucun arrêté de caisse cette année." in page.text


def test_it_asks_for_each_note_and_coin(mandataire: Browser) -> None:
    tree = pages.parse(mandataire.get(CASH).text)
    labels = [pages.text_of(label) for label in tree.iter("label")]
    assert labels == [
        "Date du comptage",
        *(f"Billets de {value} €" for value in (500, 200, 100, 50, 20, 10, 5)),
        *(f"Pièces de {value} €" for value in (2, 1)),
        *(f"Pièces de {value} c" for value in (50, 20, 10, 5, 2, 1)),
    ]


def test_it_says_bravo_when_the_count_is_the_balance(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.follow(CASH, counted(mandataire, n2000="2", n500="1", n200="2", n50="2"))
    assert "Arrêté de caisse du 31/08/2025 enregistré." in page.text
    assert "Différence0,00 € Bravo" in text(page.text)
    (count,) = stored(year).counts
    assert (count.day, count.total) == (date(2025, 8, 31), 5_000)
    assert count.pieces == ((2_000, 2), (500, 1), (200, 2), (50, 2))


def test_it_says_by_how_much_the_count_differs(mandataire: Browser) -> None:
    said = text(mandataire.follow(CASH, counted(mandataire, n2000="2", n500="1")).text)
    assert "-5,00 €" in said
    assert "Il y a 5,00 € de moins dans la caisse que dans le cahier." in said


def test_a_count_that_was_right_on_its_day_asks_for_another(mandataire: Browser, year: YearKey) -> None:
    cash_movement(year, date(2025, 1, 10), -1_000)
    said = text(mandataire.follow(CASH, counted(mandataire, date="2024-12-20", n5000="1")).text)
    assert "Votre comptage du 20/12/2024 était juste, mais la caisse a servi depuis" in said


def test_an_empty_box_is_counted_too(mandataire: Browser, year: YearKey) -> None:
    cash_movement(year, date(2024, 10, 1), -5_000)
    page = mandataire.follow(CASH, counted(mandataire))
    assert "Caisse vide" in page.text
    assert "Bravo" in page.text
    assert stored(year).counts[0].total == 0


def test_a_box_that_never_served_has_nothing_to_count(browse: Callable[[], Browser], mandataire: Browser) -> None:
    from tests.factories import a_person

    a_year(a_coop("075-0002"), cash=0)
    a_person("autre", coop_identifier="075-0002")
    said = text(browse().sign_in("autre").get("/coop/075-0002/2024-2025/caisse").text)
    assert "La caisse n’a pas servi cette année : il n’y a rien à compter." in said


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("n2000", "deux", "Écrivez un nombre entier, par exemple 3."),
        ("n1", "-4", "Écrivez un nombre entier, par exemple 3."),
        ("n1", "100000", "Écrivez un nombre entier, par exemple 3."),
        ("date", "hier", "Écrivez la date comme 07/05/2025."),
        ("date", "2025-09-01", "La date doit être dans l’exercice 2024-2025, du 01/09/2024 au 31/08/2025."),
    ],
)
def test_it_refuses_what_cannot_be_counted(
    mandataire: Browser, year: YearKey, field: str, value: str, sentence: str
) -> None:
    page = mandataire.post(CASH, counted(mandataire, n50="7", **{field: value}))
    assert page.status_code == 422
    assert pages.text_of(pages.by_id(pages.parse(page.text), f"{field}-faute")) == sentence
    typed = form_of(page, "count-form")
    assert (typed[field], typed["n50"]) == (value, "7")
    assert not stored(year).counts


def total_of(html: str) -> str:
    return pages.text_of(pages.by_id(pages.parse(html), "count-total"))


def test_it_adds_up_without_saving(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.post(CASH + "/total", counted(mandataire, n2000="2", n50="1"))
    assert page.status_code == 200
    assert total_of(page.text) == (
        "Total compté : 40,50 €. 9,50 € de moins que le solde caisse du cahier le 31/08/2025 (50,00 €)."
    )
    assert form_of(page, "count-form")["n2000"] == "2"
    assert not stored(year).counts


def test_the_total_is_compared_with_the_cahier_of_that_day(mandataire: Browser, year: YearKey) -> None:
    cash_movement(year, date(2025, 1, 10), -1_000)
    typed = counted(mandataire, date="2024-12-20", n5000="1")
    assert "Bravo, c’est le solde caisse du cahier le 20/12/2024." in total_of(
        mandataire.post(CASH + "/total", typed).text
    )
    later = mandataire.post(CASH + "/total", {**typed, "date": "2025-01-10"})
    assert "10,00 € de trop que le solde caisse du cahier le 10/01/2025 (40,00 €)." in total_of(later.text)


def test_what_cannot_be_added_up_is_named_and_not_yet_a_fault(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.post(CASH + "/total", counted(mandataire, n2000="deux"))
    assert page.status_code == 422
    said = "Total compté : à corriger. Billets de 20 € : Écrivez un nombre entier, par exemple 3."
    assert total_of(page.text) == said
    assert form_of(page, "count-form")["n2000"] == "deux"
    assert "aria-invalid" not in page.text


def test_the_total_follows_what_is_typed_after_a_refused_count_too(mandataire: Browser) -> None:
    """The summary has the focus then; `app.js` leaves it where people type when a total is swapped."""
    live = "input from:#count-form"
    assert live in mandataire.get(CASH).text
    refused = mandataire.post(CASH, counted(mandataire, n2000="x"))
    assert refused.status_code == 422
    assert live in refused.text


@pytest.mark.parametrize("number", ["3", "beaucoup"])
def test_what_htmx_swaps_is_what_the_page_shows(mandataire: Browser, number: str) -> None:
    typed = counted(mandataire, n1000=number)
    before = mandataire.post(CASH + "/total", {**typed, "n1000": "1"}).text.replace('value="1"', f'value="{number}"', 1)
    whole = mandataire.post(CASH + "/total", typed)
    fragment = mandataire.post(CASH + "/total", typed, htmx=True)
    assert fragment.status_code == whole.status_code
    after = pages.shown(pages.after_swap(before, fragment.text, "count-total"))
    assert after == pages.shown(pages.parse(whole.text))


def test_it_lists_the_counts_the_newest_first_and_removes_one(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(CASH, counted(mandataire, n5000="1"))
    mandataire.follow(CASH, counted(mandataire, date="2024-12-20", n2000="2"))
    tree = pages.parse(mandataire.get(CASH).text)
    rows = [row.get("id") for row in tree.iter("tr") if row.get("id")]
    assert rows == ["arrete-1", "arrete-2"]
    page = mandataire.follow(f"{CASH}/2/supprimer")
    assert "Arrêté de caisse du 20/12/2024 retiré." in page.text
    assert [count.number for count in stored(year).counts] == [1]
    assert mandataire.post(f"{CASH}/2/supprimer").status_code == 404
    assert mandataire.post(f"{CASH}/{10**30}/supprimer").status_code == 404


def test_readers_see_the_counts_and_change_nothing(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    mandataire.follow(CASH, counted(mandataire, n5000="1"))
    for reader in readers(browse):
        page = reader.get(CASH)
        assert "1 × 50 €" in text(page.text)
        assert without_form(page.text)
        assert reader.post(CASH, {"date": "2025-08-31"}).status_code == 403
        assert reader.post(CASH + "/total", {"date": "2025-08-31"}).status_code == 403
        assert reader.post(f"{CASH}/1/supprimer").status_code == 403
    assert len(stored(year).counts) == 1


def test_a_closed_year_does_not_change(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(CASH, counted(mandataire, n5000="1"))
    typed = counted(mandataire)
    close(year)
    assert without_form(mandataire.get(CASH).text)
    assert mandataire.post(CASH, typed).status_code == 409
    assert mandataire.post(f"{CASH}/1/supprimer").status_code == 409
    assert len(stored(year).counts) == 1


def test_cash_goes_to_the_bank_and_back_by_the_form_of_the_cahier(mandataire: Browser, year: YearKey) -> None:
    links = {pages.text_of(link): link.get("href") for link in pages.parse(mandataire.get(CASH).text).iter("a")}
    for words, way in (
        ("Déposer des espèces à la banque", "vers_banque"),
        ("Retirer des espèces de la banque", "vers_caisse"),
    ):
        page = mandataire.get(links[words] or "")
        typed = form_of(page, "entry-form")
        assert (typed["nature"], typed["sens"]) == ("virement", way)
        typed |= {"date": "2024-11-05", "lignes-0-montant": "30"}
        mandataire.follow(f"{YEAR}/cahier", typed)
    assert [(entry.bank, entry.cash) for entry in stored(year).entries] == [(3_000, -3_000), (-3_000, 3_000)]
    assert all(entry.is_transfer for entry in stored(year).entries)
    assert [(entry.label, entry.voucher) for entry in stored(year).entries] == [
        ("Versement d’espèces à la banque", ""), ("Retrait d’espèces pour la caisse", ""),
    ]  # fmt: skip


def test_the_journal_tells_who_counted(mandataire: Browser, year: YearKey) -> None:
    from retkoop.models import Journal

    mandataire.follow(CASH, counted(mandataire, n5000="1"))
    row = Journal.select().order_by(Journal.id.desc()).get()
    assert (row.action, row.subject) == ("ajout", "arrete:1")
    assert row.who != SOMEONE.name


def test_a_count_that_was_removed_is_brought_back(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(CASH, counted(mandataire, n2000="2"))
    before = stored(year).counts
    page = mandataire.follow(f"{CASH}/{before[0].number}/supprimer").text
    assert "retiré." in page
    assert stored(year).counts == ()
    mandataire.post(*undo_of(page))
    assert stored(year).counts == before
