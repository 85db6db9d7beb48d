"""Letters that hand out first passwords: one page a person with a code to sign in, and a table for a mailing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from retkoop import access, clock
from retkoop.actions import letters as actions
from retkoop.actions.letters import ALL, NEW, Letter
from retkoop.errors import Conflict, Refusal
from retkoop.exports import pdf as printer
from retkoop.exports import sheets
from retkoop.models import Department
from retkoop.qr import qr_code
from retkoop.settings_rows import profile_of
from retkoop.sheet import Column, Sheet
from retkoop.views.paper import letterhead
from retkoop.views.shared import sent_key

blueprint = Blueprint("coop_letters", __name__, url_prefix="/ad/<departement>/coops/lettres")

# A part of the document is laid out by a process of its own, whose memory goes away with it.
_PER_PART = 25
FORMS = {"pdf": "application/pdf", "csv": sheets.CSV_TYPE, "zip": "application/zip"}


@blueprint.get("")
@access.writes_department
def show(department: Department) -> Any:
    """Show how many letters there are to make, and what making them does."""
    return _page(department)


def _page(department: Department, fault: str = "", status: int = 200) -> Any:
    waiting = actions.waiting(department.code, clock.today())
    shown = {"waiting": waiting, "most": actions.MOST_AT_ONCE, "fault": fault, "new": NEW, "all": ALL}
    return render_template("coops/letters.html", department=department, **shown), status


@blueprint.post("")
@access.writes_department
def make(department: Department) -> Any:
    """Print the next letters, then give their accounts the passwords that they tell: none before all is printed."""
    which = ALL if request.form.get("lesquelles") == ALL else NEW
    form = request.form.get("forme", "")
    letters = actions.prepared(department.code, which, clock.today())
    try:
        if form not in FORMS:
            raise Refusal("Choisissez des lettres ou un tableau.")
        printed = printed_letters(department, letters, form, url_for("auth.sign_in", _external=True))
        actions.keep(access.actor_here(), department.code, letters, actions.hashes(letters), sent_key())
    except Conflict as conflict:
        return _page(department, conflict.message, conflict.status)
    except Refusal as refusal:
        return _page(department, refusal.message, refusal.status)
    answer = Response(printed, mimetype=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="lettres-{department.code}.{form}"'
    return answer


def printed_letters(department: Department, letters: Sequence[Letter], form: str, address: str) -> bytes:
    """Give letters on paper, as a table, or both in one zip."""
    if form == "csv":
        return _table(letters, address)
    paper = printer.render(*_parts(department, letters, address)) if letters else b""
    if form == "pdf":
        return paper
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lettres.pdf", paper)
        archive.writestr("publipostage.csv", _table(letters, address))
    return file.getvalue()


def _parts(department: Department, letters: Sequence[Letter], address: str) -> Iterator[str]:
    profile = profile_of(department.code)
    shown = {
        "department": department, "address": address, "code": qr_code(address), "today": clock.today(),
        "sender": profile.lines[1:], **letterhead(profile),
    }  # fmt: skip
    for at in range(0, len(letters), _PER_PART):
        part = letters[at : at + _PER_PART]
        yield render_template("print/letters.html", letters=part, css=printer.stylesheet(), **shown)


def _table(letters: Sequence[Letter], address: str) -> bytes:
    heads = ("Coopérative", "Identifiant de la coopérative", "Adresse", "Mandataire", "Mail", "Identifiant",
             "Mot de passe provisoire", "Page de connexion")  # fmt: skip
    rows = tuple(
        (one.coop_name, one.coop, one.address, one.name, one.mail, one.identifier, one.secret, address)
        for one in letters
    )
    return sheets.to_csv(Sheet("Accès", tuple(map(Column, heads)), rows))
