"""Adding an entry in the single form."""

from __future__ import annotations

import pytest

from retkoop import reports
from retkoop.actions.years import load_facts
from retkoop.models import Entry, Year, YearKey
from tests.factories import an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of

BOOK = "/coop/075-0001/2024-2025/cahier"


def typed(browser: Browser, **changes: str) -> dict[str, str]:
    """Give the form of the page with what a person typed in it."""
    fields = {**form_of(browser.get(BOOK), "entry-form"), "date": "2024-10-18", "libelle": "OCCE – Adhésion"}
    return {**fields, "lignes-0-compte": "62810008", "lignes-0-montant": "80", **changes}


def stored(key: YearKey):
    return load_facts(Year.get(key.of(Year)))


def test_it_adds_an_expense_and_shows_it_with_a_way_back(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.follow(BOOK, typed(mandataire))
    assert "Écriture 01 enregistrée." in page.text
    assert "Annuler" in page.text
    (entry,) = stored(year).entries
    assert (entry.bank, entry.cash, entry.label, entry.voucher) == (-8_000, 0, "OCCE – Adhésion", "01")


def test_it_splits_over_several_accounts(mandataire: Browser, year: YearKey) -> None:
    two = {"lignes-1-compte": "61681008", "lignes-1-montant": "20,00"}
    mandataire.follow(BOOK, typed(mandataire, **two))
    (entry,) = stored(year).entries
    assert entry.bank == -10_000
    assert [(line.account, line.amount) for line in entry.allocations] == [("62810008", 8_000), ("61681008", 2_000)]


def test_it_offers_one_more_line_without_saving(mandataire: Browser, year: YearKey) -> None:
    fields = typed(mandataire)
    page = mandataire.post(BOOK + "/formulaire", fields)
    assert 'id="lignes-1-compte"' in page.text
    assert 'value="OCCE – Adhésion"' in page.text
    assert not Entry.select().exists()


CASES = {
    "recette en caisse": (
        {"nature": "recette", "moyen": "caisse", "lignes-0-compte": "70800008", "lignes-0-montant": "12,5"},
        (0, 1_250, None, 0),
    ),
    "banque et caisse": (
        {"nature": "recette", "moyen": "banque_caisse", "part_caisse": "30", "lignes-0-compte": "70800008"},
        (5_000, 3_000, None, 0),
    ),
    "virement": ({"nature": "virement", "sens": "vers_banque", "lignes-0-compte": ""}, (8_000, -8_000, None, 0)),
    "régie versée": ({"nature": "regie", "regie": "CP", "mouvement": "versee"}, (-8_000, 0, "CP", 8_000)),
    "régie justifiée": ({"nature": "regie", "regie": "CP", "mouvement": "justifiee"}, (0, 0, "CP", -8_000)),
    "régie rendue": ({"nature": "regie", "regie": "CP", "mouvement": "rendue"}, (8_000, 0, "CP", -8_000)),
    "remboursement": ({"nature": "recette"}, (8_000, 0, None, 0)),
    "somme": ({"lignes-0-montant": "12+7,30"}, (-1_930, 0, None, 0)),
    "montants libres": (
        {"nature": "libre", "banque": "22,50", "regie": "CP", "montant_regie": "-150", "lignes-0-montant": "127,50"},
        (2_250, 0, "CP", -15_000),
    ),
}


@pytest.mark.parametrize(
    ("way", "label"),
    [("vers_banque", "Versement d’espèces à la banque"), ("vers_caisse", "Retrait d’espèces pour la caisse")],
)
def test_a_transfer_left_without_label_says_what_it_is(
    mandataire: Browser, year: YearKey, way: str, label: str
) -> None:
    changes = {"nature": "virement", "sens": way, "lignes-0-compte": ""}
    mandataire.follow(BOOK, typed(mandataire, **changes, libelle=""))
    mandataire.follow(BOOK, typed(mandataire, **changes, libelle="Fonds de caisse"))
    assert [entry.label for entry in stored(year).entries] == [label, "Fonds de caisse"]


@pytest.mark.parametrize("name", CASES)
def test_it_keeps_each_kind_of_movement_and_the_line_identity(mandataire: Browser, year: YearKey, name: str) -> None:
    an_advance(year)
    changes, expected = CASES[name]
    mandataire.follow(BOOK, typed(mandataire, **changes))
    facts = stored(year)
    (entry,) = facts.entries
    assert (entry.bank, entry.cash, entry.advance, entry.advance_amount) == expected
    assert reports.unallocated(entry, facts.chart) == 0


def test_it_keeps_an_unallocated_line_and_names_what_is_missing(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.follow(BOOK, typed(mandataire, **{"lignes-0-compte": ""}))
    row = pages.by_id(pages.parse(page.text), "ecriture-1")
    assert "à ventiler : il manque 80,00 €" in pages.text_of(row)


BAD = {
    "a wrong amount": ({"lignes-0-montant": "12,5,0"}, "n’est pas lisible"),
    "an exponent": ({"lignes-0-montant": "1e3"}, "n’est pas lisible"),
    "a lone minus": ({"lignes-0-montant": "−"}, "n’est pas lisible"),
    "no amount": ({"lignes-0-montant": ""}, "Indiquez un montant"),
    "zero": ({"lignes-0-montant": "0,00"}, "ne peut pas être nul"),
    "a date outside the year": ({"date": "2025-09-01"}, "doit être dans l’exercice 2024-2025"),
    "no date": ({"date": "demain"}, "Écrivez la date comme"),
    "an unknown account": ({"lignes-0-compte": "99990008"}, "Ce compte n’existe pas."),
    "a long label": ({"libelle": "x" * 300}, "trop long : 200 caractères au plus"),
    "no label": ({"libelle": "  "}, "Ce champ est à remplir."),
    "an unknown régie": ({"nature": "regie", "regie": "CM9"}, "Cette régie n’existe pas."),
    "no régie": ({"nature": "regie", "regie": ""}, "Choisissez la régie"),
    "a control character": ({"libelle": "a\x07b"}, "caractère invisible"),
    "an unknown nature": ({"nature": "don"}, "Ce choix n’existe pas."),
    "too much cash": ({"moyen": "banque_caisse", "part_caisse": "80"}, "passé par la caisse"),
}


@pytest.mark.parametrize("name", BAD)
def test_it_refuses_with_a_sentence_keeps_what_was_typed_and_writes_nothing(
    mandataire: Browser, year: YearKey, name: str
) -> None:
    an_advance(year)
    changes, sentence = BAD[name]
    fields = typed(mandataire, **changes)
    page = mandataire.post(BOOK, fields)
    assert page.status_code == 422
    tree = pages.parse(page.text)
    faults = [pages.text_of(element) for element in tree.iter("p") if element.get("class") == "fault"]
    assert any(sentence in fault for fault in faults), faults
    assert "Traceback" not in page.text
    if "\x07" not in fields["libelle"]:
        kept = pages.by_id(tree, "libelle")
        assert kept is not None
        assert kept.get("value") == fields["libelle"].strip()
    assert not Entry.select().exists()


def test_the_same_form_sent_twice_makes_one_entry(mandataire: Browser, year: YearKey) -> None:
    fields = typed(mandataire)
    for _ in range(3):
        assert mandataire.post(BOOK, fields).status_code == 303
    assert Entry.select().count() == 1


def test_the_next_numbers_are_proposed(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(BOOK, typed(mandataire, pj="D09", cheque="4400101"))
    page = mandataire.get(BOOK)
    assert form_of(page, "entry-form")["pj"] == "D10"
    assert "Suivant : 4400102" in page.text


def test_a_new_project_is_made_by_its_name(mandataire: Browser, year: YearKey) -> None:
    mandataire.follow(BOOK, typed(mandataire, projet="Kermesse"))
    assert stored(year).entries[0].project == "Kermesse"


@pytest.mark.parametrize("month", ["", "tout", "2024-10", "2024-11"])
def test_after_the_swap_the_page_is_what_a_reload_shows(mandataire: Browser, year: YearKey, month: str) -> None:
    before = mandataire.get(f"{BOOK}?mois={month}")
    answer = mandataire.post(BOOK, {**typed(mandataire), "mois": month}, htmx=True)
    assert answer.status_code == 200
    swapped = pages.after_swap(before.text, answer.text, "book")
    reloaded = mandataire.get(answer.headers.get("HX-Replace-Url") or BOOK)
    assert pages.by_id(swapped, "ecriture-1") is not None
    assert pages.shown(swapped) == pages.shown(pages.parse(reloaded.text))


def test_a_verifier_sees_no_form_and_may_not_write(verifier: Browser, year: YearKey) -> None:
    page = verifier.get(BOOK)
    assert "entry-form" not in page.text
    assert verifier.post(BOOK, {"libelle": "x"}).status_code == 403
    assert not Entry.select().exists()


def test_a_refused_form_comes_back_alone_to_htmx(mandataire: Browser, year: YearKey) -> None:
    answer = mandataire.post(BOOK, typed(mandataire, date="2030-01-01"), htmx=True)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#entry-form"
    assert pages.parse_fragment(answer.text)[0].get("id") == "entry-form"


def test_the_form_begins_a_movement_of_the_regie_that_the_address_names(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    fields = form_of(mandataire.get(BOOK + "?regie=CP"), "entry-form")
    assert (fields["nature"], fields["regie"]) == ("regie", "CP")
    assert form_of(mandataire.get(BOOK + "?regie=XX"), "entry-form")["nature"] == "depense"


JUSTIFIED = {"nature": "regie", "regie": "CP", "mouvement": "justifiee"}


@pytest.mark.parametrize("nature", [{"nature": "virement"}, JUSTIFIED], ids=["transfer", "justified"])
def test_a_means_chosen_before_the_nature_changed_is_forgotten(mandataire: Browser, year: YearKey, nature) -> None:
    an_advance(year)
    mandataire.follow(BOOK, typed(mandataire, moyen="banque_caisse", part_caisse="douze", **nature))
    assert Entry.select().count() == 1


def test_a_form_taken_up_again_and_changed_is_another_entry(mandataire: Browser, year: YearKey) -> None:
    fields = typed(mandataire)
    mandataire.post(BOOK, fields)
    mandataire.post(BOOK, {**fields, "libelle": "Autre chose", "lignes-0-montant": "9"})
    assert [entry.bank for entry in stored(year).entries] == [-8_000, -900]


def test_a_date_with_a_digit_too_many_is_refused(mandataire: Browser, year: YearKey) -> None:
    assert mandataire.post(BOOK, typed(mandataire, date="03/03/20255")).status_code == 422
    assert not Entry.select().exists()


@pytest.mark.parametrize(
    ("shared", "said"),
    [("95", "Il reste 5,00 € à ventiler."), ("105", "Il y a 5,00 € de trop à la ventilation."), ("100", "")],
)
def test_what_is_left_to_allocate_is_told_with_the_way_to_it(
    mandataire: Browser, year: YearKey, shared: str, said: str
) -> None:
    typed_here = typed(mandataire, nature="libre", banque="-100", **{"lignes-0-montant": shared})
    page = mandataire.follow(BOOK, typed_here).text.replace("\u00a0", " ")
    assert "Écriture 01 enregistrée." in page
    assert ("à la ventilation." in page or "à ventiler." in page) is bool(said)
    assert said in page
    assert ("Compléter" in page) is bool(said)


@pytest.mark.parametrize("address", [BOOK, BOOK + "/grille"])
def test_a_form_sent_again_does_not_tell_as_kept_what_was_struck(
    mandataire: Browser, year: YearKey, address: str
) -> None:
    line = {"date": "2024-10-18", "libelle": "Car", "banque_sortie": "12", "pj": "01", "cle": "k"}
    sent = typed(mandataire, cle="k") if address == BOOK else line
    assert "Écriture 01 enregistrée." in mandataire.follow(address, sent).text
    mandataire.follow(BOOK + "/ecritures/1/supprimer", {})
    page = mandataire.follow(address, sent).text
    assert "puis supprimée : elle n’est pas dans le cahier." in page
    assert "Écriture 01 enregistrée." not in page


@pytest.mark.parametrize("query", ["montant=%01", "joindre=%01"])
def test_no_address_makes_a_page_invalid(mandataire: Browser, year: YearKey, query: str) -> None:
    assert not pages.lint(mandataire.client.get(f"{BOOK}?{query}").text)


@pytest.mark.parametrize("field", ["date", "lignes-0-montant", "joindre", "cle", "version"])
def test_no_field_makes_a_page_invalid(mandataire: Browser, year: YearKey, field: str) -> None:
    sent = typed(mandataire, **{"libelle": "", field: "\x01"})
    answer = mandataire.client.post(BOOK, data={**sent, "csrf_token": mandataire.token})
    assert answer.status_code == 422
    assert not pages.lint(answer.text)
    assert not pages.lint(mandataire.client.get(BOOK).text)


def test_what_is_typed_and_not_sent_stays_whatever_else_is_done(mandataire: Browser, year: YearKey) -> None:
    an_entry(year)
    begun = {**form_of(mandataire.get(BOOK), "rows"), "commence": "1"}
    strike = BOOK + "/ecritures/1/supprimer"
    assert 'id="entry-form" hx-preserve' in mandataire.post(strike, begun, htmx=True).text
    mandataire.post(BOOK + "/ecritures/1/retablir")
    del begun["commence"]
    assert "hx-preserve class" not in mandataire.post(strike, begun, htmx=True).text, "negative control"
