"""A shared year as a coop types it that keeps its book elsewhere: through the screens, figure by figure."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

from retkoop.actions import years
from retkoop.audit import OPERATOR
from retkoop.facts import Opening
from retkoop.models import YearKey, find_coop
from retkoop.money import from_archive
from retkoop.school_year import SchoolYear
from tests.factories import CASES, a_coop, a_person
from tests.views.conftest import Browser

CASE = "ecole-103-sans-caisse"
COOP = "075-0103"
HOME = f"/coop/{COOP}/2024-2025/"


def document() -> dict[str, Any]:
    """Give what the case's cahier says."""
    with zipfile.ZipFile(CASES / CASE / "exercice.zip") as opened:
        found: dict[str, Any] = json.loads(opened.read("exercice.json"))
    return found


def expected() -> dict[str, Any]:
    """Give the figures and checks agreed for the case."""
    found: dict[str, Any] = json.loads((CASES / CASE / "attendu.json").read_text("utf-8"))
    return found


def french(amount: str) -> str:
    """Write an amount of the exchange file as people type it."""
    return amount.replace(".", ",")


@dataclass
class Typist:
    """A mandataire of the coop of the case, before their year typed in directly."""

    browser: Browser
    key: YearKey
    figures: dict[str, str] = field(default_factory=dict)

    def type_figures(self) -> None:
        """Type the accounts, the balances and the outstanding operations."""
        agreed = expected()
        accounts = {
            f"c_{code}": french(said) for side in ("charges", "produits") for code, said in agreed[side].items()
        }
        self.figures = {**accounts, "banque": french(agreed["banque_cahier"]), "caisse": "0", "compte": "512"}
        waiting = [one for one in document()["ecritures"] if one["banque"] != "0.00" and one["pointage"] is None]
        for place, one in enumerate(waiting):
            sign, amount = ("-", one["banque"][1:]) if one["banque"][0] == "-" else ("+", one["banque"])
            typed = {"date": one["date"], "libelle": one["libelle"], "cheque": one["cheque"], "sens": sign}
            self.figures |= {f"operations-{place}-{name}": value for name, value in typed.items()}
            self.figures[f"operations-{place}-montant"] = french(amount)

    def type_tables(self) -> None:
        """Type the statement and the grants on their own screens."""
        told = document()
        statement = {"date": told["releve"]["date"], "solde": french(told["releve"]["solde"])}
        assert self.browser.post(HOME + "releve", statement).status_code == 303
        for grant in told["subventions"]:
            line = {name: grant[name] for name in ("organisme", "nature", "objet", "date", "pj")}
            typed = {**line, "montant": french(grant["montant"])}
            assert self.browser.post(HOME + "subventions", typed).status_code == 303


def typist(browser: Browser) -> Typist:
    """Open the year of the case with its balances, sign its mandataire in, and have them choose to type it directly."""
    told = document()
    a_coop(COOP, name=told["cooperative"]["nom"], uai=told["cooperative"]["uai"])
    coop = find_coop(COOP)
    assert coop is not None
    key = years.open_year(OPERATOR, coop, SchoolYear(2024))
    start = told["ouverture"]
    opening = Opening(*(from_archive(start[name]) for name in ("banque", "caisse", "report_a_nouveau")))
    years.set_opening(OPERATOR, key, opening, told["cooperative"]["compte_bancaire"])
    a_person(COOP, coop_identifier=COOP)
    browser.sign_in(COOP)
    assert "Vous tenez votre cahier ailleurs" in browser.get(HOME + "crf").text
    assert browser.post(HOME + "crf/direct").status_code == 303
    return Typist(browser, key)
