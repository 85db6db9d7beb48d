"""What happened in a class, told on one page: an advance, receipts, what was left, what was too much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from retkoop import reports
from retkoop.actions import ledger, projects
from retkoop.facts import Allocation
from retkoop.models import YearKey
from tests.factories import SOMEONE, an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import YEAR, close, readers, stored, text

PAGE = f"{YEAR}/regies/1/mouvement"
# The guide's example: 150 handed out, 127,50 justified by two receipts, 22,50 given back.
STORY = {
    "avance-montant": "150", "avance-date": "2024-11-04", "avance-cheque": "7001",
    "factures-0-montant": "100", "factures-0-date": "2024-11-12", "factures-0-libelle": "Librairie – Albums",
    "factures-0-compte": "61800008",
    "factures-1-montant": "20 + 7,50", "factures-1-date": "2024-11-14", "factures-1-libelle": "Ferme – Visite",
    "factures-1-compte": "61800008", "factures-1-pj": "F12",
    "rendu-montant": "22,50", "rendu-date": "2024-11-20", "rendu-moyen": "caisse",
}  # fmt: skip


@pytest.fixture
def régie(year: YearKey) -> YearKey:
    """Give a year with the régie CP and one entry, PJ 07."""
    an_advance(year)
    an_entry(year, voucher="07")
    return year


def hand_out(key: YearKey, amount: int) -> None:
    an_entry(key, bank=-amount, advance="CP", advance_amount=amount, allocations=(), voucher="08")


def ask(mandataire: Browser, typed: dict[str, str], address: str = PAGE, **kwargs: Any) -> Any:
    """Fill in the form as it is shown, and send it."""
    blank = form_of(mandataire.get(PAGE), "movement-form")
    return mandataire.post(address, {**blank, **typed}, **kwargs)


def what_is_left(html: str) -> str:
    panel = pages.by_id(pages.parse_fragment(html), "reste")
    return pages.text_of(panel if panel is not None else pages.by_id(pages.parse(html), "reste"))


def test_the_form_says_what_the_class_has_and_asks_for_nothing(mandataire: Browser, régie: YearKey) -> None:
    hand_out(régie, 10_000)
    page = mandataire.get(PAGE)
    assert "La classe avait100,00 €" in what_is_left(page.text)
    assert form_of(page, "movement-form")["avance-date"] == "2025-08-31"
    assert "plafond" not in what_is_left(page.text)


def test_the_whole_story_becomes_four_entries_and_the_class_is_even(mandataire: Browser, régie: YearKey) -> None:
    answer = ask(mandataire, {**STORY, "projet": "Lecture"})
    assert answer.headers["Location"] == f"{YEAR}/regies#regie-1"
    said = text(mandataire.get(answer.headers["Location"]).text)
    assert "4 écritures enregistrées pour la régie CP." in said
    assert "il ne reste rien. Bravo" in said
    made = [entry for entry in stored(régie).entries if entry.advance]
    assert [(e.voucher, e.label, e.bank, e.cash, e.advance_amount, e.cheque) for e in made] == [
        ("08", "Régie CP – Avance versée", -15_000, 0, 15_000, "7001"),
        ("09", "Librairie – Albums", 0, 0, -10_000, ""),
        ("F12", "Ferme – Visite", 0, 0, -2_750, ""),
        ("10", "Régie CP – Reliquat rendu", 0, 2_250, -2_250, ""),
    ]
    assert [e.day for e in made] == [date(2024, 11, day) for day in (4, 12, 14, 20)]
    assert made[2].allocations == (Allocation("61800008", 2_750),)
    assert {e.project for e in made} == {"Lecture"}
    assert reports.red_entries(stored(régie)) == ()


def test_what_the_class_spent_too_much_is_paid_back(mandataire: Browser, régie: YearKey) -> None:
    hand_out(régie, 8_000)
    spent = {"factures-0-montant": "86,40", "factures-0-libelle": "Sciences", "factures-0-compte": "61800008"}
    left = what_is_left(ask(mandataire, spent, PAGE + "/verifier", htmx=True).text)
    assert "dépensé ou rendu 6,40 € de plus que ce qu’elle a reçu : remboursez-lui cette somme (4)" in left
    ask(mandataire, {**spent, "rembourse-montant": "6,40", "rembourse-moyen": "caisse"})
    *_, receipt, paid = stored(régie).entries
    assert (paid.label, paid.cash, paid.advance_amount) == ("Régie CP – Dépassement remboursé", -640, 640)
    assert receipt.label == "Sciences"
    assert reports.advance_balances(stored(régie)) == {"CP": 0}


def test_a_receipt_without_account_is_kept_and_red(mandataire: Browser, régie: YearKey) -> None:
    assert ask(mandataire, {"factures-0-montant": "10", "factures-0-libelle": "Ticket"}).status_code == 303
    assert [gap for _, gap in reports.red_entries(stored(régie))] == [-1_000]


def test_a_closed_project_is_refused_at_its_field(mandataire: Browser, régie: YearKey) -> None:
    projects.close_project(SOMEONE, régie, ledger.add_project(SOMEONE, régie, "Ferme"), True)
    assert 'value="Ferme"' not in mandataire.get(PAGE).text
    page = ask(mandataire, {**STORY, "projet": "ferme"})
    assert page.status_code == 422
    assert "Le projet « Ferme » est fermé" in pages.text_of(pages.by_id(pages.parse(page.text), "projet-faute"))
    assert len(stored(régie).entries) == 1


def test_what_was_told_at_once_is_taken_back_at_once(mandataire: Browser, régie: YearKey) -> None:
    page = mandataire.get(ask(mandataire, STORY).headers["Location"])
    message = pages.by_id(pages.parse(page.text), "messages")
    assert message is not None
    (form,) = message.iter("form")
    mandataire.follow(form.get("action") or "")
    assert [entry.voucher for entry in stored(régie).entries] == ["07"]


def test_sent_twice_it_is_entered_once(mandataire: Browser, régie: YearKey) -> None:
    typed = {**form_of(mandataire.get(PAGE), "movement-form"), **STORY}
    for _ in range(2):
        assert mandataire.post(PAGE, typed).status_code == 303
    assert len(stored(régie).entries) == 5


@pytest.mark.parametrize(
    ("typed", "place", "sentence"),
    [
        ({}, "avance-montant", "Remplissez ce qui s’est passé"),
        ({"avance-montant": "cent"}, "avance-montant", "n’est pas lisible"),
        ({"avance-montant": "-5"}, "avance-montant", "sans le signe moins"),
        ({"avance-montant": "0"}, "avance-montant", "ne peut pas être nul"),
        ({"avance-montant": "5", "avance-date": ""}, "avance-date", "Indiquez la date"),
        ({"avance-montant": "5", "avance-date": "2024-08-01"}, "avance-date", "La date doit être dans l’exercice"),
        ({"avance-montant": "5", "avance-moyen": "troc"}, "avance-moyen", "Ce choix n’existe pas"),
        ({"avance-montant": "5", "avance-cheque": "9x" * 11}, "avance-cheque", "trop long"),
        ({"avance-montant": "5", "avance-pj": "9x" * 11}, "avance-pj", "trop long"),
        ({"avance-montant": "5", "projet": "x" * 81}, "projet", "trop long"),
        ({"factures-1-montant": "5"}, "factures-1-libelle", "à remplir"),
        ({"factures-1-libelle": "Car"}, "factures-1-montant", "Indiquez un montant"),
        ({"factures-1-compte": "61800008"}, "factures-1-montant", "Indiquez un montant"),
        ({"factures-1-montant": "5", "factures-1-libelle": "Car", "factures-1-compte": "7"}, "factures-1-compte",
         "Ce compte n’existe pas"),
        ({"rendu-montant": "99999999999"}, "rendu-montant", "trop grand"),
        ({"rembourse-montant": "1+"}, "rembourse-montant", "n’est pas lisible"),
    ],
)  # fmt: skip
def test_it_refuses_at_the_field_and_keeps_what_was_typed(
    mandataire: Browser, régie: YearKey, typed: dict[str, str], place: str, sentence: str
) -> None:
    page = ask(mandataire, typed)
    assert page.status_code == 422
    tree = pages.parse(page.text)
    assert sentence in pages.text_of(pages.by_id(tree, f"{place}-faute"))
    assert f"#{place}" in [link.get("href") for link in tree.iter("a")]
    kept = form_of(page, "movement-form")
    assert {name: kept[name] for name in typed if name[-6:] not in ("compte", "-moyen")} == {
        name: value for name, value in typed.items() if name[-6:] not in ("compte", "-moyen")
    }
    assert len(stored(régie).entries) == 1


def test_checking_says_what_is_left_and_saves_nothing(mandataire: Browser, régie: YearKey) -> None:
    left = what_is_left(ask(mandataire, STORY, PAGE + "/verifier", htmx=True).text)
    assert left == (
        "La classe avait0,00 € Elle reçoit150,00 € Elle justifie127,50 € Elle rend22,50 € Il lui reste0,00 € Bravo"
    )
    page = ask(mandataire, STORY, PAGE + "/verifier")
    assert page.status_code == 200
    assert what_is_left(page.text) == left
    assert form_of(page, "movement-form")["factures-1-montant"] == "20 + 7,50"
    assert len(stored(régie).entries) == 1


def test_checking_a_form_half_filled_in_names_only_what_cannot_be_read(mandataire: Browser, régie: YearKey) -> None:
    typed = {"avance-montant": "50", "factures-0-montant": "1o", "factures-1-libelle": "Car"}
    left = what_is_left(ask(mandataire, typed, PAGE + "/verifier", htmx=True).text)
    assert "Il reste 50,00 € à justifier par des factures, ou à rendre." in left
    assert left.count("–") == 1
    assert "Facture 1 – Montant : Ce montant n’est pas lisible" in left


def test_one_more_receipt_keeps_what_was_typed(mandataire: Browser, régie: YearKey) -> None:
    before = mandataire.get(PAGE)
    typed = {**form_of(before, "movement-form"), **STORY}
    answer = mandataire.post(PAGE + "/formulaire", typed, htmx=True)
    swapped = pages.after_swap(before.text, answer.text, "movement-form")
    page = mandataire.post(PAGE + "/formulaire", typed)
    assert pages.shown(swapped) == pages.shown(pages.parse(page.text))
    fields = form_of(page, "movement-form")
    assert fields["factures-1-libelle"] == "Ferme – Visite"
    assert fields["factures-2-date"] == "2025-08-31"
    assert (
        mandataire.post(PAGE, {**fields, "factures-2-montant": "1", "factures-2-libelle": "Timbre"}).status_code == 303
    )
    assert len(stored(régie).entries) == 6


def test_there_is_an_end_to_receipts(mandataire: Browser, régie: YearKey) -> None:
    many = {f"factures-{n}-montant": "1" for n in range(30)}
    page = ask(mandataire, many, PAGE + "/formulaire")
    assert "factures-19-montant" in page.text
    assert "factures-20-montant" not in page.text


def test_above_the_ceiling_it_says_so_first_and_then_does_as_told(mandataire: Browser, régie: YearKey) -> None:
    typed = {"avance-montant": "160"}
    page = ask(mandataire, typed)
    assert page.status_code == 422
    warning = "la classe aurait 160,00 € en main ; le plafond est de 150,00 €."
    assert warning in what_is_left(page.text)
    assert len(stored(régie).entries) == 1
    # Warned of one amount is not warned of another.
    told = form_of(page, "movement-form")
    assert mandataire.post(PAGE, {**told, "avance-montant": "170"}).status_code == 422
    assert mandataire.post(PAGE, told).status_code == 303
    said = pages.text_of(pages.by_id(pages.parse(mandataire.get(f"{YEAR}/regies").text), "regie-1"))
    assert "la classe a eu jusqu’à 160,00 € en main" in said


def test_who_saw_the_warning_by_checking_is_not_stopped(mandataire: Browser, régie: YearKey) -> None:
    answer = ask(mandataire, {"avance-montant": "160"}, PAGE + "/verifier", htmx=True)
    assert 'name="averti" value="16000"' in answer.text
    assert ask(mandataire, {"avance-montant": "160", "averti": "16000"}).status_code == 303


def test_a_hostile_name_is_text(mandataire: Browser, régie: YearKey) -> None:
    typed = {"factures-0-libelle": '"><script>x</script>', "factures-0-montant": "z"}
    for address in (PAGE, PAGE + "/verifier", PAGE + "/formulaire"):
        assert "<script>x" not in ask(mandataire, typed, address).text


def test_readers_are_told_that_they_only_read(
    mandataire: Browser, régie: YearKey, browse: Callable[[], Browser]
) -> None:
    for reader in readers(browse):
        assert reader.get(PAGE).status_code == 403
        for address in ("", "/verifier", "/formulaire"):
            assert reader.post(PAGE + address, STORY).status_code == 403
        assert "mouvement" not in reader.get(f"{YEAR}/regies").text
    assert len(stored(régie).entries) == 1


def test_a_closed_year_does_not_change(mandataire: Browser, régie: YearKey) -> None:
    typed = {**form_of(mandataire.get(PAGE), "movement-form"), **STORY}
    close(régie)
    assert mandataire.get(PAGE).status_code == 409
    for address in ("", "/verifier", "/formulaire"):
        assert mandataire.post(PAGE + address, typed).status_code == 409
    assert len(stored(régie).entries) == 1


def test_a_régie_of_nobody_is_not_there(mandataire: Browser, régie: YearKey) -> None:
    mandataire.get(PAGE)
    assert mandataire.get(f"{YEAR}/regies/2/mouvement").status_code == 404
    assert mandataire.post(f"{YEAR}/regies/2/mouvement", STORY).status_code == 404
