"""The compte-rendu financier: on screen at any time of the year, and on one printed page."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, render_template, request

from retkoop import access, reports, rules
from retkoop.access import YearDesk
from retkoop.facts import CashCount, YearFacts
from retkoop.forms.cash import denomination_name
from retkoop.forms.grants import KINDS
from retkoop.views.paper import as_pdf, sheet

blueprint = Blueprint("financial_report", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")

SHEETS = {"comptable": reports.balance_sheet, "releve": reports.balance_sheet_from_statement}
OTHERS = {"comptable": "releve", "releve": "comptable"}


@blueprint.get("/crf")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the report and what is still wrong in it."""
    return render_template("financial_report/page.html", **_report(desk), paper=False)


@blueprint.get("/crf.pdf")
@access.reads_year
def pdf(desk: YearDesk) -> Any:
    """Give the same report on paper."""
    return as_pdf(desk, "crf", paper(desk))


def paper(desk: YearDesk) -> str:
    """Give the HTML of that paper."""
    return sheet("print/crf.html", **_report(desk), paper=True)


def _report(desk: YearDesk) -> dict[str, Any]:
    """Give what the screen and the paper show: the same figures, from the same functions."""
    facts, verdict = desk.facts, desk.verdict
    operating, chosen = reports.operating_account(facts), _presentation(facts)
    sheet = SHEETS[chosen](facts)
    return {
        "desk": desk,
        "presentation": chosen,
        "other": OTHERS[chosen],
        "operating": operating,
        "expenses": _named(facts, operating.expenses),
        "income": _named(facts, operating.income),
        "result": (_result_word(operating.result), abs(operating.result)),
        "sheet": sheet,
        "words": _line_words(facts, operating.result),
        "causes": rules.explained_gap(facts),
        "table": reports.reconciliation(facts),
        "cash_used": reports.cash_used(facts),
        "cash": reports.cash_balance(facts),
        "count": facts.last_count,
        "pieces": _pieces(facts.last_count),
        "kinds": KINDS,
        "granted": (reports.grants_listed(facts), reports.grants_received(facts)),
        "held": _held(facts),
        "correct": rules.report_is_correct(verdict),
        "faults": rules.faults_of_report(verdict),
    }


def _presentation(facts: YearFacts) -> str:
    """Give the presentation asked for, or the one that the association départementale prefers."""
    asked = request.args.get("presentation", "")
    return asked if asked in SHEETS else facts.settings.presentation


class AccountLine(NamedTuple):
    """One line of the compte de fonctionnement."""

    code: str
    label: str
    amount: int


def _named(facts: YearFacts, side: tuple[tuple[str, int], ...]) -> list[AccountLine]:
    return [AccountLine(facts.chart[code].short, facts.chart[code].label, amount) for code, amount in side]


def _result_word(result: int) -> str:
    return "excédent" if result > 0 else "déficit" if result < 0 else ""


def _line_words(facts: YearFacts, result: int) -> dict[str, str]:
    """Give the words of each line of the bilan, by its code."""
    agreed = reports.statement_gap(facts) == 0
    word = _result_word(result)
    return {
        "banque": f"Solde banque ({facts.bank_account})",
        "caisse": "Solde caisse (530)",
        "releve": "Solde du relevé" if agreed else "Solde après pointage",
        "a_recevoir": "Produits à recevoir",
        "a_payer": "Factures à payer",
        "report": "Report à nouveau",
        "resultat": f"Résultat de l’exercice ({word})" if word else "Résultat de l’exercice",
    }


class PieceLine(NamedTuple):
    """One note or coin that was found in the cash box."""

    name: str
    number: int
    amount: int


def _pieces(count: CashCount | None) -> list[PieceLine]:
    """Give the notes and coins of a count, less those that there are none of."""
    found = [(cents, number) for cents, number in count.pieces if number] if count else []
    return [PieceLine(denomination_name(cents), number, cents * number) for cents, number in found]


class AdvanceLine(NamedTuple):
    """What one class still holds."""

    code: str
    holder: str
    amount: int


def _held(facts: YearFacts) -> list[AdvanceLine]:
    """Give the régies that are not at zero."""
    held = reports.advance_balances(facts)
    return [AdvanceLine(a.code, a.holder, held[a.code]) for a in facts.advances if held[a.code]]
