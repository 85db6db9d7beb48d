"""Letters with first passwords as people take them: a page a person with a code to sign in, a table for a mailing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from flask import render_template

from retkoop import clock
from retkoop.actions.letters import Letter
from retkoop.exports import pdf as printer
from retkoop.exports import sheets
from retkoop.letterhead import letterhead
from retkoop.models import Department
from retkoop.qr import qr_code
from retkoop.settings_rows import profile_of
from retkoop.sheet import Column, Sheet

# A part of the document is laid out by a process of its own, whose memory goes away with it.
_PER_PART = 25
FORMS = {"pdf": "application/pdf", "csv": sheets.CSV_TYPE, "zip": "application/zip"}


def printed_letters(department: Department, letters: Sequence[Letter], form: str, address: str) -> bytes:
    """Give letters on paper, as a table, or both in one zip; `address` is that of the sign-in page."""
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
