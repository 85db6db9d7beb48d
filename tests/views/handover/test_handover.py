"""« Je passe la main » on screen: the checklist, the record that both sign, its paper."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf
import pytest
from flask import Flask

from retkoop.actions.handover import handovers_of
from retkoop.actions.tables import add_count
from retkoop.actions.years import open_year
from retkoop.db import database, is_postgres
from retkoop.models import Year, YearKey, find_coop
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, a_coop, a_draft, a_person
from tests.support.ledger_checks import close_at_once
from tests.views.conftest import Browser

FICHE = "/coop/075-0001/identite"
PAGE = FICHE + "/passation"
TOLD = {
    "sortant": "Camille", "entrant": "Dominique", "date": "05/09/2025", "caisse_comptee": "oui", "remarques": "Merci",
}  # fmt: skip


def records() -> list[Any]:
    coop = find_coop("075-0001")
    assert coop is not None
    return handovers_of(coop)


def signed_by(browser: Browser, address: str) -> str:
    browser.get(address)
    return browser.follow(address + "/signature").text


def validate_at_once(key: YearKey) -> None:
    """Give a year the state that it has once validated; its moves do not matter here."""
    for guard in ("school_year_closed_update",) if not is_postgres() else ():
        database.execute_sql(f"DROP TRIGGER {guard}")
    if is_postgres():
        database.execute_sql("ALTER TABLE school_year DISABLE TRIGGER USER")
    Year.update(state="validated").where(key.of(Year)).execute()
    if is_postgres():
        database.execute_sql("ALTER TABLE school_year ENABLE TRIGGER USER")


def test_it_tells_what_is_not_in_order_each_with_the_way_to_it(mandataire: Browser, year: YearKey) -> None:
    page = mandataire.get(PAGE).text
    for point, where in (
        ("Exercice clos", "cloture"), ("Documents pour", "documents"), ("Régies d’avance à zéro", "regies"),
        ("Relevé de banque saisi et juste", "releve"), ("Arrêté de caisse juste", "caisse"),
    ):  # fmt: skip
        assert f'href="/coop/075-0001/2024-2025/{where}">{point}' in page
    assert page.count("pas encore</strong>") == 4
    add_count(SOMEONE, year, a_draft().day, [(5_000, 1)])
    close_at_once(year)
    assert mandataire.get(PAGE).text.count("pas encore</strong>") == 2


def test_the_record_tells_both_names_the_balances_and_the_reservations(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    page = mandataire.follow(PAGE, TOLD).text
    for words in ("Camille", "Dominique", "1 000,00", "50,00", "Merci", "Réserves", "La caisse a été comptée à deux"):
        assert words.replace(" ", "\u202f") in page or words in page
    assert page.count("Documents pour l’association départementale") == 1, "reservations do not repeat the table"
    (record,) = records()
    assert (record.leaver, record.taker, record.year.label) == ("Camille", "Dominique", "2024-2025")
    assert f'href="{FICHE}/passations/1"' in mandataire.get(FICHE).text


def test_the_same_form_sent_twice_writes_one(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    for _ in range(2):
        mandataire.follow(PAGE, {**TOLD, "cle": "abc"})
    assert len(records()) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [("sortant", ""), ("entrant", ""), ("entrant", "camille"), ("date", ""), ("date", "06/09/2025"),
     ("date", "31/08/2024"), ("remarques", "x" * 2_001), ("entrant", "x" * 121)],
)  # fmt: skip
def test_what_cannot_be_is_told_under_its_field_and_nothing_is_kept(
    mandataire: Browser, field: str, typed: str
) -> None:
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE, {**TOLD, field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-faute"' in answer.text
    assert 'name="caisse_comptee" value="oui" checked' in answer.text
    assert records() == []


def test_the_other_signs_from_their_own_account_once(
    mandataire: Browser, browse: Callable[[], Browser], year: YearKey
) -> None:
    a_person("075-0001-b", name="Dominique")
    other = browse().sign_in("075-0001-b")
    mandataire.get(PAGE)
    assert "Je signe" not in mandataire.follow(PAGE, TOLD).text
    address = FICHE + "/passations/1"
    assert "Je signe ce procès-verbal" in other.get(address).text
    page = other.follow(address + "/signature").text
    assert "Procès-verbal signé." in page
    assert "Je signe" not in page
    assert "déjà signé" in other.follow(address + "/signature").text
    assert len(records()[0].signatures) == 2


def test_on_paper_it_has_room_for_two_signatures(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    mandataire.follow(PAGE, TOLD)
    answer = mandataire.get(FICHE + "/passations/1.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="passation-075-0001-1.pdf"'
    command = ["pdftotext", "-raw", "-", "-"]
    told = subprocess.run(command, input=answer.data, stdout=subprocess.PIPE, check=True).stdout.decode()
    text = re.sub(r"\s+", " ", told)
    for words in ("Procès-verbal de passation", "Qui passe la main : Camille", "Qui la prend : Dominique", "Réserves"):
        assert words in text
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        assert len(document.pages) == 1
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "fr"


def test_the_year_that_is_over_is_handed_over_first_and_another_on_demand(mandataire: Browser, year: YearKey) -> None:
    coop = find_coop("075-0001")
    assert coop is not None
    close_at_once(year)
    open_year(SOMEONE, coop, SchoolYear(2025), "512")
    assert "exercice 2024-2025" in mandataire.get(PAGE).text
    page = mandataire.get(PAGE + "?exercice=2025-2026").text
    assert "exercice 2025-2026" in page
    mandataire.follow(PAGE, {**TOLD, "exercice": "2025-2026"})
    assert records()[0].year.label == "2025-2026"
    assert "exercice 2024-2025" in mandataire.get(PAGE + "?exercice=1999-2000").text


def test_without_any_exercice_there_is_nothing_to_hand_over(app: Flask, browse: Callable[[], Browser]) -> None:
    a_coop()
    a_person()
    newcomer = browse().sign_in("075-0001")
    assert "rien à transmettre" in newcomer.get(PAGE).text
    assert newcomer.post(PAGE, TOLD).status_code == 422


def test_a_verifier_reads_and_signs_nothing(mandataire: Browser, verifier: Browser) -> None:
    mandataire.get(PAGE)
    mandataire.follow(PAGE, TOLD)
    page = verifier.get(PAGE).text
    assert "Enregistrer et signer" not in page
    assert "Je signe" not in verifier.get(FICHE + "/passations/1").text
    assert verifier.post(PAGE, TOLD).status_code == 403
    assert verifier.post(FICHE + "/passations/1/signature").status_code == 403
    assert verifier.get(FICHE + "/passations/2").status_code == 404


def test_who_is_named_alone_is_asked_to_sign(mandataire: Browser, browse: Callable[[], Browser], year: YearKey) -> None:
    a_person("075-0001-b", name="Dominique")
    a_person("075-0001-c", name="Alex")
    mandataire.get(PAGE)
    page = mandataire.follow(PAGE, {**TOLD, "sortant": "Alex"}).text
    assert "les deux personnes qu’il nomme ont à le signer" in page
    address = FICHE + "/passations/1"
    assert "Alex</strong> (075-0001-c)" in page
    assert "Je signe" not in page
    assert mandataire.post(address + "/signature").status_code == 409
    assert records()[0].signatures == ()
    assert "Procès-verbal signé." in signed_by(browse().sign_in("075-0001-c"), address)


def test_in_autumn_the_exercice_just_validated_is_handed_over(mandataire: Browser, year: YearKey, app: Flask) -> None:
    coop = find_coop("075-0001")
    assert coop is not None
    close_at_once(year)
    open_year(SOMEONE, coop, SchoolYear(2025), "512")
    validate_at_once(year)
    assert "exercice 2024-2025" in mandataire.get(PAGE).text
    early = mandataire.get(PAGE + "?exercice=2025-2026").text
    assert "pas encore attendu" in early
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2026, 2, 1))
    assert "exercice 2025-2026" in mandataire.get(PAGE).text
