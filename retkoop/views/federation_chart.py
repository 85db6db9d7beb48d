"""The chart of accounts of each year: its versions, the next one in the making, compared, published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from retkoop import access, federation_rows, year_rows
from retkoop.actions import chart_versions as actions
from retkoop.chart_versions import Fault, read_version, version_sheet
from retkoop.coop_table import LARGEST_FILE
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.forms.federation import AccountForm, BeginForm, PublishForm
from retkoop.htmx import go
from retkoop.school_year import SchoolYear
from retkoop.views.federation_shared import as_file, asked_year, attempt, label_of, offer, seen_here, sent_file, year_of
from retkoop.views.shared import takes_files

blueprint = Blueprint("federation_chart", __name__, url_prefix="/federation/plan-comptable")

DRAFT = "/brouillon/<annee:annee>"
_NO_FILE = "Choisissez d’abord un fichier."


@blueprint.get("")
@access.federation_only
def show() -> Any:
    """List the versions, published and in the making."""
    return _page(BeginForm())


def _known() -> list[int]:
    """Give the exercices that have a version, published or in the making."""
    published = [version.first_year for version in federation_rows.chart_versions()]
    return published + [draft.first_year for draft in federation_rows.chart_drafts()]


def _page(form: BeginForm, faults: tuple[Fault, ...] = (), status: int = 200) -> Any:
    versions, drafts = federation_rows.chart_versions(), federation_rows.chart_drafts()
    shown = {"versions": versions, "drafts": drafts, "form": offer(form, _known()), "faults": faults, "label": label_of}
    return render_template("federation/charts.html", **shown), status


@blueprint.post("")
@takes_files
@access.writes_federation
def begin() -> Any:
    """Begin a draft, as the version in force or from a file; one that exists already is opened."""
    form = BeginForm(request.form)
    year = asked_year(form, _known())
    if year is None:
        return _page(form, status=422)
    sent = sent_file(LARGEST_FILE)
    chart, faults = read_version(sent) if sent is not None else (None, ())
    if faults:
        return _page(form, faults, 422)
    try:
        begun = actions.begin_draft(access.actor_here(), year, chart)
    except Conflict as conflict:
        form.refuse("exercice", conflict.message)
        return _page(form, status=422)
    flash(f"Le brouillon de {year.label} est {'prêt' if begun else 'déjà commencé : le voici'}.", "done")
    return _go(year)


def _go(year: SchoolYear, anchor: str | None = None) -> Any:
    return go(_place(year, anchor))


def _place(year: SchoolYear, anchor: str | None = None) -> str:
    return url_for("federation_chart.draft", annee=year.label, _anchor=anchor)


def _refused(year: SchoolYear) -> Callable[[Refusal], Any]:
    return lambda refusal: _draft_page(year, refusal.message, status=refusal.status)


# ---- A published version


@blueprint.get("/<annee:annee>")
@access.federation_only
def version(annee: str) -> Any:
    """Show the chart that an exercice uses."""
    year = year_of(annee)
    first_year, _ = year_rows.chart_stamp(year.start)
    return render_template("federation/chart.html", year=year, since=first_year, chart=year_rows.chart_for(year.start))


@blueprint.get("/<annee:annee>.csv")
@access.federation_only
def version_csv(annee: str) -> Any:
    """Give the chart that an exercice uses, as it is read again."""
    year = year_of(annee)
    return as_file(version_sheet(year_rows.chart_for(year.start)), f"plan-comptable-{year.label}", "csv")


# ---- A version in the making


@blueprint.get(DRAFT)
@access.federation_only
def draft(annee: str) -> Any:
    """Show a draft: what it changes, what forbids publishing it, its accounts."""
    return _draft_page(year_of(annee))


def _here(year: SchoolYear) -> federation_rows.Draft:
    found = next((one for one in federation_rows.chart_drafts() if one.first_year == year.start), None)
    if found is None:
        raise NotFound(access.NOT_FOUND)
    return found


def _draft_page(
    year: SchoolYear,
    fault: str = "",
    faults: tuple[Fault, ...] = (),
    form: PublishForm | None = None,
    status: int = 200,
) -> Any:
    here, changes = _here(year), actions.changes_of(year)
    shown = {
        "year": year, "draft": here, "chart": federation_rows.draft_chart(year.start), "changes": changes,
        "obstacles": actions.obstacles(year, changes), "fault": fault, "faults": faults, "form": form or PublishForm(),
        "place": url_for("federation_chart.draft", annee=year.label),
    }  # fmt: skip
    return render_template("federation/chart_draft.html", **shown), status


@blueprint.get(DRAFT + ".csv")
@access.federation_only
def draft_csv(annee: str) -> Any:
    """Give a draft, to be worked on in a spreadsheet and sent again."""
    year = year_of(annee)
    _here(year)
    return as_file(
        version_sheet(federation_rows.draft_chart(year.start)), f"plan-comptable-{year.label}-brouillon", "csv"
    )


@blueprint.post(DRAFT + "/fichier")
@takes_files
@access.writes_federation
def replace(annee: str) -> Any:
    """Put a file in the place of a draft, whole or not at all."""
    year, sent = year_of(annee), sent_file(LARGEST_FILE)
    if sent is None:
        return _draft_page(year, _NO_FILE, status=422)
    chart, faults = read_version(sent)
    if faults:
        return _draft_page(year, faults=faults, status=422)
    try:
        changed = actions.replace_draft(access.actor_here(), year, seen_here(), chart)
    except Conflict as conflict:
        return _draft_page(year, conflict.message, status=conflict.status)
    flash("Le fichier est repris." if changed else "Ce fichier ne change rien au brouillon.", "done")
    return _go(year, "changements")


@blueprint.get(DRAFT + "/compte")
@access.federation_only
def account(annee: str) -> Any:
    """Show the form of one account of a draft, or of a new one."""
    year, code = year_of(annee), request.args.get("code", "")
    stored = federation_rows.draft_chart(year.start).get(code)
    if code and stored is None:
        raise NotFound(access.NOT_FOUND)
    return _account_page(year, AccountForm.of(stored) if stored else AccountForm(), code)


def _account_page(year: SchoolYear, form: AccountForm, code: str, status: int = 200) -> Any:
    form.vu.data = str(_here(year).version)
    return render_template("federation/account.html", year=year, form=form, code=code), status


@blueprint.post(DRAFT + "/compte")
@access.writes_federation
def save(annee: str) -> Any:
    """Keep an account of a draft."""
    year, code, form = year_of(annee), request.args.get("code", "")[:8], AccountForm(request.form)
    if code:
        if code not in federation_rows.draft_chart(year.start):
            raise NotFound(access.NOT_FOUND)
        form.numero.data = code[:4]
    if not form.checked():
        return _account_page(year, form, code, 422)
    try:
        actions.put_account(access.actor_here(), year, seen_here(), form.account(code), new=not code)
    except Conflict as conflict:
        said = (
            conflict.message if conflict.message != actions.CHANGED else f"{conflict.message} Enregistrez de nouveau."
        )
        form.refuse("numero" if not code else "libelle", said)
        return _account_page(year, form, code, conflict.status)
    flash(f"Le compte {form.numero.data} est enregistré dans le brouillon.", "done")
    return _go(year, "comptes")


@blueprint.post(DRAFT + "/retirer")
@access.writes_federation
def withdraw(annee: str) -> Any:
    """Take an account out of a draft."""
    year, code = year_of(annee), request.form.get("code", "")[:8]
    actor, seen, where = access.actor_here(), seen_here(), _place(year, "changements")
    said = f"Le compte {code[:4]} est retiré du brouillon."
    return attempt(lambda: actions.withdraw_account(actor, year, seen, code), said, where, _refused(year))


@blueprint.post(DRAFT + "/remettre")
@access.writes_federation
def give_back(annee: str) -> Any:
    """Put an account of the version in force back into a draft, as it is there."""
    year = year_of(annee)
    stored = year_rows.chart_for(year.start).get(request.form.get("code", ""))
    if stored is None:
        return _draft_page(year, "Ce compte n’est pas dans la version en vigueur.", status=422)
    actor, seen, where = access.actor_here(), seen_here(), _place(year, "changements")
    said = f"Le compte {stored.short} est de nouveau comme dans la version en vigueur."
    return attempt(lambda: actions.put_account(actor, year, seen, stored), said, where, _refused(year))


@blueprint.post(DRAFT + "/abandonner")
@access.writes_federation
def drop(annee: str) -> Any:
    """Give a draft up."""
    year, actor, seen = year_of(annee), access.actor_here(), seen_here()
    said = f"Le brouillon de {year.label} est abandonné."
    home = url_for("federation_chart.show")
    return attempt(lambda: actions.drop_draft(actor, year, seen), said, home, _refused(year))


@blueprint.post(DRAFT + "/publier")
@access.writes_federation
def publish(annee: str) -> Any:
    """Publish a draft for good, once it is confirmed and nothing forbids it."""
    year, form = year_of(annee), PublishForm(request.form)
    if not form.checked():
        return _draft_page(year, form=form, status=422)
    actor, seen, home = access.actor_here(), seen_here(), url_for("federation_chart.show")
    said = f"Le plan comptable de {year.label} est publié : les coopératives l’utilisent à partir de cet exercice."
    return attempt(lambda: actions.publish(actor, year, seen), said, home, _refused(year))
