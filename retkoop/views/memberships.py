"""The adhésions of a département: what it asks, what its cooperatives sent, what it received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from retkoop import access, clock
from retkoop import membership as rules
from retkoop import membership_board as board
from retkoop.actions import identity
from retkoop.actions import membership as actions
from retkoop.desks import YearDesk
from retkoop.errors import Conflict, NotFound
from retkoop.exports import sheets
from retkoop.forms.membership import CancelForm, PaymentForm, TermsForm
from retkoop.htmx import go
from retkoop.membership import AMEND, RECORD, Membership, Payment
from retkoop.membership_board import Line, Look
from retkoop.membership_rows import board_lines, declared_starts, membership_of, terms_for
from retkoop.models import Department
from retkoop.money import format_euros
from retkoop.school_year import SchoolYear
from retkoop.sheet import Sheet
from retkoop.views.shared import sent_key

blueprint = Blueprint("memberships", __name__, url_prefix="/ad/<departement>")
_LIST = "/adhesions"
_FILE = _LIST + "/<identifiant>/<annee:annee>"


def _year() -> SchoolYear:
    """Give the school year that the address asks for, or the one that today lies in."""
    try:
        return SchoolYear.parse(request.values.get("annee", ""))
    except ValueError:
        return SchoolYear.containing(clock.today())


@blueprint.get(_LIST)
@access.reads_department
def show(department: Department) -> Any:
    """List every cooperative with its adhésion of a school year."""
    year, look = _year(), Look.read(request.args)
    every = board_lines(department.code, year.start)
    lines = board.chosen(every, look)

    def here(params: dict[str, Any], endpoint: str = "memberships.show") -> str:
        return url_for(endpoint, departement=department.code, annee=year.label, **params)

    shown = {
        "year": year, "years": _years(department, year), "look": look, "here": here, "lines": lines,
        "total": len(every), "counts": board.counts(every), "totals": board.totals(lines), "words": board.WORDS,
        "terms": terms_for(department.code, year.start),
        "file": url_for("memberships.file", departement=department.code, identifiant="~", annee=year.label),
    }  # fmt: skip
    return render_template("memberships/list.html", department=department, **shown)


def _years(department: Department, year: SchoolYear) -> list[SchoolYear]:
    """Give the school years to choose from: those that something is known of, the running one, the one shown."""
    running = SchoolYear.containing(clock.today()).start
    return [SchoolYear(start) for start in sorted({*declared_starts(department.code), running, year.start})]


@blueprint.get(_LIST + ".csv")
@access.reads_department
def as_csv(department: Department) -> Any:
    """Give what is on screen as CSV."""
    return _sheet(department, sheets.to_csv, sheets.CSV_TYPE, "csv")


@blueprint.get(_LIST + ".xlsx")
@access.reads_department
def as_xlsx(department: Department) -> Any:
    """Give what is on screen to Excel."""
    return _sheet(department, sheets.to_xlsx, sheets.XLSX_TYPE, "xlsx")


@blueprint.get(_LIST + ".ods")
@access.reads_department
def as_ods(department: Department) -> Any:
    """Give what is on screen to LibreOffice."""
    return _sheet(department, sheets.to_ods, sheets.ODS_TYPE, "ods")


def _sheet(department: Department, write: Callable[[Sheet], bytes], media_type: str, extension: str) -> Response:
    year = _year()
    lines: tuple[Line, ...] = board.chosen(board_lines(department.code, year.start), Look.read(request.args))
    answer = Response(write(board.board_sheet(lines, year)), mimetype=media_type)
    name = f"adhesions-{department.code}-{year.label}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ---- What the AD asks


@blueprint.get(_LIST + "/tarifs")
@access.reads_department
def terms(department: Department) -> Any:
    """Show what is asked in a school year, to be changed from that year on."""
    year = _year()
    return _terms_page(department, year)


def _terms_page(
    department: Department, year: SchoolYear, form: TermsForm | None = None, warning: str = "", status: int = 200
) -> Any:
    here = SchoolYear.containing(clock.today()).start
    years = sorted({here - 1, here, here + 1, year.start})
    held = terms_for(department.code, year.start)
    shown = {
        "year": year, "years": [SchoolYear(start) for start in years], "held": held,
        "form": form or TermsForm.of(held, year),
    }  # fmt: skip
    return render_template("memberships/terms.html", department=department, warning=warning, **shown), status


@blueprint.post(_LIST + "/tarifs")
@access.writes_department
def save_terms(department: Department) -> Any:
    """Keep what is asked from a school year on."""
    year, form = _year(), TermsForm(request.form)
    if not form.checked(year):
        return _terms_page(department, year, form, status=422)
    try:
        changed = actions.save_terms(access.actor_here(), department.code, year.start, form.seen, form.terms(year))
    except Conflict as conflict:
        held = terms_for(department.code, year.start)
        form.version.data = str(held.version if held and held.first_year == year.start else 0)
        said = f"{conflict.message} Ce que vous avez écrit est conservé ci-dessous : enregistrez de nouveau."
        return _terms_page(department, year, form, said, conflict.status)
    flash(f"Tarifs enregistrés à partir de {year.label}." if changed else "Rien n’a changé.", "done")
    return go(url_for("memberships.terms", departement=department.code, annee=year.label))


# ---- One cooperative, and what was received of it


@blueprint.get(_FILE)
@access.reads_year_file
def file(department: Department, desk: YearDesk) -> Any:
    """Show the adhésion of a cooperative, with what was received."""
    return _file_page(department, desk)


def _file_page(
    department: Department, desk: YearDesk, form: PaymentForm | None = None, warning: str = "", status: int = 200
) -> Any:
    held = membership_of(desk.key)
    left = max(held.left, 0)
    shown = {
        "held": held, "words": rules.STATE_WORDS, "means": rules.MEANS, "warning": warning,
        "lines": rules.due_lines(held.rates, held.who),
        "numbers": {one.number: rules.certificate_number(department.code, desk.year, one.number)
                    for one in held.certificates},
        "form": form or PaymentForm(data={"jour": clock.today(), "montant": left or None}),
        "records": held.may(RECORD), "amends": held.may(AMEND), "place": _place(department, desk),
        "people": identity.people_of(desk.coop),
    }  # fmt: skip
    return render_template("memberships/file.html", department=department, desk=desk, **shown), status


def _place(department: Department, desk: YearDesk) -> str:
    return url_for(
        "memberships.file", departement=department.code, identifiant=desk.coop.identifier, annee=desk.year.label
    )


@blueprint.post(_FILE + "/paiements")
@access.writes_year_file
def record(department: Department, desk: YearDesk) -> Any:
    """Record what was received."""
    form, today = PaymentForm(request.form), clock.today()
    if not form.checked(desk.year, today):
        return _file_page(department, desk, form, status=422)
    told = (form.jour.data, form.montant.data, form.moyen.data, form.reference.data or "")
    try:
        actions.record_payment(access.actor_here(), desk.key, *told, sent_key(), today)
    except (Conflict, NotFound) as refusal:
        return _file_page(department, desk, form, refusal.message, 409)
    return _back(department, desk, f"Paiement de {format_euros(form.montant.data)} enregistré.")


def _back(department: Department, desk: YearDesk, message: str) -> Any:
    held = membership_of(desk.key)
    more = " L’attestation est prête." if held.certificate else ""
    flash(message + more, "done")
    return go(_place(department, desk))


@blueprint.get(_FILE + "/paiements/<int:number>")
@access.reads_year_file
def payment(department: Department, desk: YearDesk, number: int) -> Any:
    """Show a payment, to be corrected or cancelled."""
    return _payment_page(department, desk, number)


def _payment_page(
    department: Department, desk: YearDesk, number: int, form: PaymentForm | None = None,
    cancel: CancelForm | None = None, warning: str = "", status: int = 200,
) -> Any:  # fmt: skip
    held, one = _payment_here(desk, number)
    shown = {
        "one": one, "held": held, "means": rules.MEANS, "form": form or PaymentForm.of(one), "warning": warning,
        "cancel": cancel or CancelForm(data={"version": str(one.version)}), "place": _place(department, desk),
    }  # fmt: skip
    return render_template("memberships/payment.html", department=department, desk=desk, **shown), status


def _payment_here(desk: YearDesk, number: int) -> tuple[Membership, Payment]:
    held = membership_of(desk.key)
    found = next((one for one in held.payments if one.number == number), None)
    if found is None:
        raise NotFound(access.NOT_FOUND)
    return held, found


@blueprint.post(_FILE + "/paiements/<int:number>")
@access.writes_year_file
def amend(department: Department, desk: YearDesk, number: int) -> Any:
    """Correct a payment, with a reason."""
    form, today = PaymentForm(request.form), clock.today()
    _payment_here(desk, number)
    if not form.checked(desk.year, today, correcting=True):
        return _payment_page(department, desk, number, form, status=422)
    told = (form.jour.data, form.montant.data, form.moyen.data, form.reference.data or "", form.motif.data)
    try:
        changed = actions.amend_payment(access.actor_here(), desk.key, number, form.seen, *told, today)
    except Conflict as conflict:
        return _payment_page(department, desk, number, form, warning=conflict.message, status=conflict.status)
    return _back(department, desk, "Paiement corrigé." if changed else "Rien n’a changé.")


@blueprint.post(_FILE + "/paiements/<int:number>/annuler")
@access.writes_year_file
def cancel(department: Department, desk: YearDesk, number: int) -> Any:
    """Cancel a payment, with a reason."""
    form = CancelForm(request.form)
    _payment_here(desk, number)
    if not form.checked():
        return _payment_page(department, desk, number, cancel=form, status=422)
    try:
        actions.cancel_payment(access.actor_here(), desk.key, number, form.seen, form.raison.data, clock.today())
    except Conflict as conflict:
        return _payment_page(department, desk, number, cancel=form, warning=conflict.message, status=conflict.status)
    return _back(department, desk, "Paiement annulé : il reste visible, avec son motif.")
