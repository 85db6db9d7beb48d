"""One test per hole that a hostile visitor found, and that stays closed."""

from __future__ import annotations

import io
from datetime import date

import pytest

from retkoop import models
from retkoop.actions import deposits, ledger, phone, projects, reconciliation, scans, tables
from retkoop.actions.people import end_sessions
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import load_facts
from retkoop.audit import Actor
from retkoop.errors import Refusal
from retkoop.facts import Allocation
from retkoop.models import Advance, DepositSlip, Entry, Journal, Person, Project, Scan, Year
from tests.factories import OPERATOR, SOMEONE, a_draft, an_advance, an_entry
from tests.support.pages import lint

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
HOME = "/coop/075-0001/2024-2025/"
BOOK = HOME + "cahier"
SPENT = {
    "date": "2024-11-04",
    "pj": "01",
    "libelle": "Tickets",
    "nature": "depense",
    "moyen": "banque",
    "lignes-0-compte": "61800008",
}
RECEIPT = {"bank": 6_000, "allocations": (Allocation("70700008", 6_000),)}


def facts(key):
    return load_facts(Year.get(key.of(Year)))


def latest(key, person=1):
    return last_steps(key, person)[0].id


def tried(work):
    try:
        return work()
    except Refusal:
        return None


def test_a_long_sum_is_never_cut(year, mandataire):
    mandataire.get(BOOK)
    tickets = "+".join(["7", *["10,25"] * 12])  # 130,00 in 73 characters
    assert (
        mandataire.post(BOOK, {**SPENT, "lignes-0-montant": tickets}).status_code == 422 or Entry.get().bank == -13_000
    )


def test_an_undo_never_reaches_another_project(year):
    ledger.add_project(SOMEONE, year, "Cirque")
    an_entry(year, project="Cirque")
    ledger.edit_entry(SOMEONE, year, 1, 1, a_draft())
    step = latest(year)
    projects.remove_project(SOMEONE, year, 1)
    ledger.add_project(SOMEONE, year, "Voile")
    tried(lambda: undo(SOMEONE, year, step))
    assert facts(year).entries[0].project != "Voile"


def test_an_undo_never_reaches_another_advance(year):
    an_advance(year, "CP")
    an_entry(year, bank=0, advance="CP", advance_amount=-1_200)
    ledger.edit_entry(SOMEONE, year, 1, 1, a_draft())
    step = latest(year)
    tables.remove_row(SOMEONE, year, Advance, 1)
    an_advance(year, "CE1")
    tried(lambda: undo(SOMEONE, year, step))
    assert facts(year).entries[0].advance != "CE1"


def test_an_undo_never_reaches_another_slip(year):
    for n in range(3):
        an_entry(year, voucher=str(n), **RECEIPT)
    deposits.make_slip(SOMEONE, year, date(2024, 11, 5), "A", [1, 2])
    deposits.take_out(SOMEONE, year, 1, 1)
    step = latest(year)
    deposits.undo_slip(SOMEONE, year, 1)
    deposits.make_slip(SOMEONE, year, date(2024, 11, 6), "B", [3])
    tried(lambda: undo(SOMEONE, year, step))
    assert [e.number for e in facts(year).entries if e.slip] == [3]


def test_an_old_tab_never_corrects_another_slip(year, mandataire):
    for n in range(3):
        an_entry(year, voucher=str(n), **RECEIPT)
    deposits.make_slip(SOMEONE, year, date(2024, 11, 5), "A", [1, 2])
    mandataire.get(HOME + "remises/1/modifier")
    deposits.undo_slip(SOMEONE, year, 1)
    deposits.make_slip(SOMEONE, year, date(2024, 11, 6), "B", [3])
    mandataire.post(
        HOME + "remises/1/modifier", {"date": "2024-11-05", "libelle": "A bis", "ecriture": ["1", "2"], "version": "1"}
    )
    assert DepositSlip.get(DepositSlip.label == "B")


def test_an_old_tab_never_gives_money_to_another_class(year, mandataire):
    an_advance(year, "CP")
    mandataire.get(HOME + "regies/1/mouvement")
    tables.remove_row(SOMEONE, year, Advance, 1)
    an_advance(year, "CE1")
    means = {"avance-moyen": "banque", "rendu-moyen": "banque", "rembourse-moyen": "banque"}
    mandataire.post(
        HOME + "regies/1/mouvement", {"avance-montant": "20", "avance-date": "2024-11-04", "cle": "k", **means}
    )
    assert not Entry.select().exists()


def test_an_old_tab_never_renames_another_project(year, mandataire):
    ledger.add_project(SOMEONE, year, "Cirque")
    mandataire.get(HOME + "projets/1")
    projects.remove_project(SOMEONE, year, 1)
    ledger.add_project(SOMEONE, year, "Voile")
    mandataire.post(HOME + "projets/1", {"nom": "Cirque et danse", "version": "1"})
    assert Project.get_or_none(Project.name == "Voile")


def test_a_tick_is_never_put_back_on_another_amount(year):
    an_entry(year)
    reconciliation.tick_entry(SOMEONE, year, 1, date(2024, 11, 10))
    reconciliation.tick_entry(SOMEONE, year, 1, None)
    step = latest(year)
    ledger.edit_entry(
        SOMEONE, year, 1, Entry.get().version, a_draft(bank=-1_300, allocations=(Allocation("61800008", 1_300),))
    )
    tried(lambda: undo(SOMEONE, year, step))
    assert Entry.get().ticked_on is None


@pytest.mark.parametrize("page", ["ecritures/1", "ecritures/1/copie"])
def test_every_entry_that_the_form_makes_opens_in_it_again(year, mandataire, page):
    mandataire.get(BOOK)
    lines = {
        f"lignes-{n}-{name}": value for n in range(20) for name, value in (("compte", "61800008"), ("montant", "1"))
    }
    assert mandataire.post(BOOK, {**SPENT, "nature": "libre", "banque": "-21", **lines}).status_code == 303
    assert mandataire.get(f"{BOOK}/{page}").status_code == 200


@pytest.mark.parametrize(
    "page", ["/ecritures/1", "/ecritures/1/copie", "?vue=automatique&ligne=1", "?vue=classique&ligne=1"]
)
def test_every_entry_that_an_archive_may_bring_opens(year, mandataire, page):
    an_entry(year, bank=-3_000, allocations=(Allocation("61800008", 100),) * 30)  # the reader takes 200
    assert mandataire.get(BOOK + page).status_code == 200


def test_an_action_too_old_to_be_undone_is_not_told_as_undone(year, mandataire):
    me = Actor("Camille", Person.get().id)
    for n in range(21):
        an_entry(year, me, voucher=str(n))
    first = Journal.get(Journal.subject == "ecriture:1").id
    mandataire.get(BOOK + "/mes-actions")
    answer = mandataire.client.post(
        f"{BOOK}/mes-actions/{first}/annuler", data={"csrf_token": mandataire.token}, follow_redirects=True
    )
    assert Entry.get(Entry.number == 1).struck_at or "Action annulée" not in answer.text


def test_a_form_sent_again_does_not_tell_as_kept_what_was_struck(year, mandataire):
    mandataire.get(BOOK)
    sent = {**SPENT, "lignes-0-montant": "12", "cle": "k"}
    mandataire.post(BOOK, sent)
    mandataire.post(BOOK + "/ecritures/1/supprimer")
    mandataire.get(BOOK)
    answer = mandataire.follow(BOOK, sent)
    assert "01 enregistrée." not in answer.text or facts(year).entries


def _scan(n, storage=None):
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8), (n, n, n)).save(file, "JPEG")
    digest = storage.put(file.getvalue()) if storage else f"{n:064x}"
    return scans.Arrived(f"n{n}", digest, "image/jpeg", 9, digest, 0, "", "")


def test_an_undo_never_hides_a_scan(year):
    an_entry(year)
    scans.add_scan(SOMEONE, year, _scan(1), 1)
    scans.attach_scan(SOMEONE, year, 1, None)
    step = latest(year)
    ledger.strike_entry(SOMEONE, year, 1)
    tried(lambda: undo(SOMEONE, year, step))
    assert facts(year).inbox


def test_what_is_exported_can_be_imported(app, year, tmp_path):
    from retkoop.actions.exchange import export_archive, import_archive

    storage = app.config["STORAGE"]
    an_entry(year)
    for n in range(50):
        scans.add_scan(SOMEONE, year, _scan(n, storage), 1)
    for n in (1, 2):
        scans.remove_scan(SOMEONE, year, n)
    for n in (60, 61):
        scans.add_scan(SOMEONE, year, _scan(n, storage), 1)
    for n in (1, 2):
        tried(lambda n=n: scans.restore_scan(SOMEONE, year, n))
    (path := tmp_path / "x.zip").write_bytes(
        export_archive(models.find_coop(year.coop), Year.get(year.of(Year)), storage)
    )
    import_archive(OPERATOR, path, storage, replace=True)


def test_several_are_taken_back_together_or_not_at_all(year, mandataire):
    me = Actor("Camille", Person.get().id)
    an_entry(year)
    steps = []
    for n in (1, 2):
        scans.add_scan(me, year, _scan(n))
        steps.append(str(latest(year, me.person)))
    scans.attach_scan(Actor("autre", 99), year, 2, 1)
    mandataire.get(HOME + "pieces")
    assert mandataire.post(HOME + "pieces/annuler", {"etape": steps}).status_code == 409
    assert Scan.get(Scan.number == 1).removed_at is None


@pytest.mark.parametrize("label", ["a\uffffb", "a\ufdd0b", "a\U0001ffffb"])
def test_no_stored_text_makes_a_page_invalid(year, mandataire, label):
    if tried(lambda: an_entry(year, label=label)):
        assert not lint(mandataire.client.get(BOOK).text)


@pytest.mark.parametrize("query", ["montant=%01", "joindre=%01"])
def test_no_address_makes_a_page_invalid(year, mandataire, query):
    assert not lint(mandataire.client.get(f"{BOOK}?{query}").text)


@pytest.mark.parametrize("field", ["date", "lignes-0-montant", "joindre"])
def test_no_field_makes_a_page_invalid(year, mandataire, field):
    mandataire.get(BOOK)
    mandataire.client.post(BOOK, data={"csrf_token": mandataire.token, **SPENT, "libelle": "", field: "\x01"})
    assert not lint(mandataire.client.get(BOOK).text)


@pytest.mark.parametrize(("name", "kept"), [("Cirque\u200b", "Cirque"), ("\u200b", None), ("\u202eeuqriC", "euqriC")])
def test_no_project_is_invisible_or_a_twin(year, mandataire, name, kept):
    ledger.add_project(SOMEONE, year, "Cirque")
    mandataire.get(HOME + "projets")
    mandataire.post(HOME + "projets", {"nom": name})
    assert {row.name for row in Project.select()} == {"Cirque", kept or "Cirque"}


def test_twenty_lines_that_fall_short_say_so_sensibly(year, mandataire):
    mandataire.get(BOOK)
    lines = {
        f"lignes-{n}-{name}": value for n in range(20) for name, value in (("compte", "61800008"), ("montant", "1"))
    }
    answer = mandataire.post(BOOK, {**SPENT, "total": "100", **lines})
    assert "-1,00" not in answer.text


def test_a_pass_ends_with_the_sessions_of_who_made_it(year, mandataire):
    token = phone.make_pass(Actor("Camille", Person.get().id), year)
    end_sessions(Person.get())
    assert phone.find_pass(token) is None
