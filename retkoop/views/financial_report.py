"""The compte-rendu financier: on screen at any time of the year, typed in directly where so chosen, and on one page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request

from retkoop import access, clock, reports, rules
from retkoop.actions import direct_report
from retkoop.actions.direct_report import FROM_CAHIER, Changed, Unconfirmed
from retkoop.desks import YearDesk
from retkoop.direct import fingerprint, is_blank, with_report
from retkoop.errors import Conflict
from retkoop.facts import CashCount, DirectReport, YearFacts
from retkoop.forms.cash import denomination_name
from retkoop.forms.direct_report import DirectForm, form_for
from retkoop.forms.grants import KINDS
from retkoop.htmx import fragment, go, is_htmx
from retkoop.views.paper import as_pdf, sheet
from retkoop.views.pictures import pictures
from retkoop.views.shared import back

blueprint = Blueprint("financial_report", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")

SHEETS = {"comptable": reports.balance_sheet, "releve": reports.balance_sheet_from_statement}
OTHERS = {"comptable": "releve", "releve": "comptable"}


# Where one goes on from the figures that are being typed, which are kept first.
ONWARD = {
    "releve": "reconciliation.show",
    "caisse": "cash.show",
    "subventions": "grants.show",
    "ouverture": "opening.show",
    "suite": "closing.show",
}
_BOTH = "Ce que vous avez écrit est conservé ci-dessous, à côté de ce qui vient d’être enregistré : validez de nouveau."


@blueprint.get("/crf")
@access.reads_year
def show(desk: YearDesk) -> Any:
    """Show the report and what is still wrong in it, or the form of one that is typed in directly."""
    if desk.facts.direct is not None and desk.may_change:
        return _form_page(desk, _stored_form(desk))
    return render_template(
        "financial_report/page.html", **_report(desk), paper=False, pictures=pictures(desk.facts, clock.today())
    )


def _stored_form(desk: YearDesk) -> DirectForm:
    stored = desk.facts.direct or DirectReport()
    return form_for(desk.facts.chart).of(stored, desk.row.bank_account)


def _form_page(desk: YearDesk, form: DirectForm, warning: str = "", unsure: str = "", status: int = 200) -> Any:
    """Show the form with its totals; `unsure` says why the way back to the cahier was not taken."""
    shown = {"warning": warning, "unsure": unsure, **_totals(desk, form)}
    return render_template("financial_report/direct.html", **shown), status


def _totals(desk: YearDesk, form: DirectForm) -> dict[str, Any]:
    """Give the report as it is with the figures of a form, stored or not."""
    stored, typed = desk.facts.direct or DirectReport(), form.report()
    kept = fingerprint(stored, desk.row.bank_account)
    as_typed = replace(desk)
    as_typed.facts = with_report(desk.facts, typed, form.compte.data)
    return {
        "form": form,
        "blank": is_blank(stored),
        "unsaved": bool(form.faults) or fingerprint(typed, form.compte.data) != kept,
        "verdict": as_typed.verdict,
        **_report(as_typed),
        "paper": False,
    }


@blueprint.post("/crf")
@access.writes_year
def save(desk: YearDesk) -> Any:
    """Keep the figures that were typed in directly; some buttons then lead on."""
    form = _sent_form(desk)
    if not form.checked(desk.year):
        return _form_page(desk, form, status=422)
    try:
        step = direct_report.save_direct(desk.actor, desk.key, form.seen, form.report(), form.compte.data)
    except Changed as changed:
        after = desk.renewed()
        form.tell_stored(_stored_form(after))
        return _form_page(after, form, f"{changed.message} {_BOTH}", status=changed.status)
    onward = ONWARD.get(request.form.get("vers", ""))
    if onward and step is None:
        return go(desk.url(onward))
    message = "Compte rendu financier enregistré."
    return back(desk, onward or "financial_report.show", message, step, undone="financial_report.show")


def _sent_form(desk: YearDesk) -> DirectForm:
    if desk.facts.direct is None:
        raise Conflict(FROM_CAHIER)
    return form_for(desk.facts.chart)(request.form)


@blueprint.post("/crf/totaux")
@access.writes_year
def add_up(desk: YearDesk) -> Any:
    """Compute everything again with what was typed so far; nothing is saved. Lines are added when asked for."""
    form = _sent_form(desk)
    status = 200 if form.checked(desk.year) else 422
    if is_htmx():
        return fragment("financial_report/_totals.html", status, **_totals(desk, form))
    if "lignes" in request.form:
        form.add_lines()
    return _form_page(desk, form, status=status)


@blueprint.post("/crf/direct")
@access.writes_year
def turn_direct(desk: YearDesk) -> Any:
    """Have the report of a year whose cahier is empty typed in directly."""
    step = direct_report.turn_direct(desk.actor, desk.key)
    return back(desk, "financial_report.show", "Le compte rendu financier se saisit maintenant directement.", step)


@blueprint.post("/crf/cahier")
@access.writes_year
def turn_cahier(desk: YearDesk) -> Any:
    """Have the cahier kept here; figures that were typed in directly are set aside once that is confirmed."""
    try:
        step = direct_report.turn_cahier(desk.actor, desk.key, "confirme" in request.form)
    except Unconfirmed as unsure:
        return _form_page(desk, _stored_form(desk), unsure=unsure.message, status=unsure.status)
    return back(desk, "financial_report.show", "L’exercice se tient maintenant dans le cahier.", step)


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
