"""The small year typed in by hand, closed, and its report read: what a mandataire does in a year."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from retkoop.actions.exchange import import_archive
from retkoop.actions.years import load_facts
from retkoop.audit import OPERATOR
from retkoop.clock import today
from retkoop.exports.control import control_sheet
from retkoop.models import Year
from retkoop.rules import verdict
from tests.browser.conftest import Watched
from tests.factories import CASES, a_person

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


def the_year() -> dict[str, Any]:
    with zipfile.ZipFile(CASES / "ecole-du-bourg" / "exercice.zip") as archive:
        return json.loads(archive.read("exercice.json"))


@pytest.fixture
def prepared(app, tmp_path: Path) -> dict[str, Any]:
    """Give the cooperative its year with nothing in it but two scans, whose upload has no screen yet.

    They wait on two entries of one cent that are typed over: an operation that is not on the statement needs a scan.
    """
    year = the_year()
    empty = {**year, "regies": [], "releve": None, "arrete_caisse": None, "subventions": [], "inventaire": []}
    empty["ouverture"] = {"banque": "0.00", "caisse": "0.00", "operations_en_cours": []}
    waiting = [entry for entry in year["ecritures"] if entry["piece"]]
    empty["ecritures"] = [{**entry, "libelle": "à saisir", "banque": "0.01", "ventilation": []} for entry in waiting]
    source = CASES / "ecole-du-bourg" / "exercice.zip"
    with zipfile.ZipFile(source) as archive:
        archive.extractall(tmp_path, [name for name in archive.namelist() if name.startswith("pieces/")])
    (tmp_path / "exercice.json").write_text(json.dumps(empty))
    import_archive(OPERATOR, tmp_path / "exercice.json", app.config["STORAGE"])
    a_person("075-0013", coop_identifier="075-0013")
    return year


def save(page: Page, saved: str) -> None:
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text(saved)).to_be_visible()


def plain(amount: str) -> str:
    """Write an amount of the file as a person types it, without its sign."""
    return amount.lstrip("-").replace(".", ",")


def type_entry(page: Page, entry: dict[str, Any]) -> None:
    """Fill the single form as a person reads the entry."""
    page.get_by_label("Date", exact=True).fill(entry["date"])
    page.get_by_label("N° de PJ").fill(entry["pj"])
    page.get_by_label("Libellé").fill(entry["libelle"])
    page.get_by_label("N° de chèque").fill(entry["cheque"])
    bank, cash = float(entry["banque"]), float(entry["caisse"])
    if entry["regie"]:
        page.get_by_label("Nature").select_option("Régie d'avance")
        page.get_by_label("Régie", exact=True).select_option(entry["regie"]["code"])
        movement = "Avance versée" if bank < 0 else "Reliquat rendu" if bank > 0 else "Dépenses justifiées"
        option = page.get_by_label("Mouvement").locator("option").filter(has_text=movement)
        page.get_by_label("Mouvement").select_option(option.get_attribute("value"))
        lines = entry["ventilation"] or [{"montant": entry["regie"]["montant"]}]
    elif not entry["ventilation"]:
        page.get_by_label("Nature").select_option("Virement interne")
        page.get_by_label("Sens").select_option("De la caisse vers la banque")
        lines = [{"montant": entry["banque"]}]
    else:
        page.get_by_label("Nature").select_option("Recette" if bank + cash > 0 else "Dépense")
        page.get_by_label("Moyen").select_option("Banque" if bank else "Caisse")
        lines = entry["ventilation"]
    type_lines(page, lines)


def type_lines(page: Page, lines: list[dict[str, str]]) -> None:
    for rank, line in enumerate(lines):
        if rank:
            page.get_by_role("button", name="Répartir").click()
        if "compte" in line:
            page.get_by_label("Compte").nth(rank).select_option(line["compte"])
        page.get_by_label("Montant").nth(rank).fill(plain(line["montant"]))


def test_the_year_is_typed_closed_and_its_report_is_right(
    prepared: dict[str, Any], app, sign_in: Callable[[str], Watched], javascript: bool
) -> None:
    page = sign_in("075-0013").page
    home = page.url.rstrip("/")
    type_opening(page, home, prepared)
    type_advance(page, home, prepared)
    for entry in prepared["ecritures"]:
        page.goto(home + "/cahier")
        if entry["piece"]:
            rank = 1 if entry["pj"] == "12" else 2
            page.goto(f"{home}/cahier/ecritures/{rank}")
        type_entry(page, entry)
        save(page, f"Écriture {entry['pj']} {'modifiée' if entry['piece'] else 'enregistrée'}.")
        if entry["pointage"]:
            page.get_by_role("button", name=f"Pointer {entry['libelle']}", exact=True).click()
            expect(page.get_by_role("button", name=f"Dépointer {entry['libelle']}", exact=True)).to_be_visible()
    type_tables(page, home, prepared)
    close(page, home)
    check_figures(app)


def type_opening(page: Page, home: str, year: dict[str, Any]) -> None:
    page.goto(home + "/ouverture")
    page.get_by_label("Solde de la banque").fill(plain(year["ouverture"]["banque"]))
    page.get_by_label("Contenu de la caisse").fill(plain(year["ouverture"]["caisse"]))
    page.get_by_label("Report à nouveau").fill(plain(year["ouverture"]["report_a_nouveau"]))
    page.get_by_role("button", name="Enregistrer les soldes").click()
    expect(page.get_by_text("Soldes de départ enregistrés.")).to_be_visible()


def type_advance(page: Page, home: str, year: dict[str, Any]) -> None:
    page.goto(home + "/regies")
    for advance in year["regies"]:
        page.get_by_label("Code").fill(advance["code"])
        page.get_by_label("Titulaire").fill(advance["titulaire"])
        page.get_by_role("button", name=re.compile("Créer|Ajouter|Enregistrer")).first.click()
        expect(page.get_by_text(advance["titulaire"]).first).to_be_visible()


def type_tables(page: Page, home: str, year: dict[str, Any]) -> None:
    page.goto(home + "/releve")
    page.get_by_label("Date du relevé").fill(year["releve"]["date"])
    page.get_by_label("Solde du relevé").fill(plain(year["releve"]["solde"]))
    page.get_by_role("button", name="Enregistrer le relevé").click()
    expect(page.get_by_text("Relevé enregistré.")).to_be_visible()
    page.goto(home + "/caisse")
    page.get_by_label("Date").first.fill(year["arrete_caisse"]["date"])
    for denomination, pieces in year["arrete_caisse"]["coupures"].items():
        euros = denomination.removesuffix(".00")
        page.get_by_label(re.compile(rf"(^|\s){euros}\s*€")).first.fill(str(pieces))
    page.get_by_role("button", name=re.compile("^Enregistrer")).first.click()
    expect(page.get_by_text("Bravo").first).to_be_visible()
    page.goto(home + "/subventions")
    page.get_by_role("button", name=re.compile("^Inscrire")).first.click()
    page.get_by_label("Qui verse").select_option("commune")
    page.get_by_role("button", name=re.compile("^Inscrire (la|à)")).click()
    expect(page.get_by_text("Bravo").first).to_be_visible()
    page.goto(home + "/inventaire")
    page.get_by_role("button", name=re.compile("^Inscrire")).first.click()
    page.get_by_role("button", name=re.compile("^Inscrire (la|à)")).click()
    expect(page.get_by_text("Bravo").first).to_be_visible()


def close(page: Page, home: str) -> None:
    page.goto(home + "/cahier")
    page.get_by_role("link", name="Passer à la suite").click()
    page.get_by_role("button", name="Clôture du cahier de compta").click()
    page.wait_for_url("**/crf")
    shown = re.sub(r"\s+", " ", page.locator("main").inner_text())
    assert "La différence entre l'actif et le passif est : 0,00" in shown
    assert "Le bilan simplifié est équilibré." in shown
    assert "Ce Compte-Rendu Financier 2024-2025 semble correct." in shown
    assert "Bravo" in shown


def check_figures(app) -> None:
    expected = json.loads((CASES / "ecole-du-bourg" / "attendu.json").read_text())
    facts = load_facts(Year.get())
    with app.app_context():
        sheet = control_sheet(facts, verdict(facts, today()))
    assert {name: sheet[name] for name in expected} == expected
