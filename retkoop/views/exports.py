"""What is taken away: the cahier as it is on screen in a spreadsheet's file, and the scans in one zip."""

from __future__ import annotations

from io import SEEK_END
from typing import Any

from flask import Blueprint, Response, current_app, send_file

from retkoop import access, clock, fec, fec_rows
from retkoop.book_sheet import book_sheet
from retkoop.desks import YearDesk
from retkoop.exports import sheets
from retkoop.exports.receipts import pack_receipts
from retkoop.ledger_page import WHOLE_YEAR, ledger_page
from retkoop.sheet import Sheet
from retkoop.views import served
from retkoop.views.shared import view_here

blueprint = Blueprint("exports", __name__, url_prefix="/coop/<identifiant>/<annee:annee>")


@blueprint.get("/cahier.csv")
@access.reads_year
def book_csv(desk: YearDesk) -> Any:
    """Give what is on screen as CSV."""
    return _to_keep(desk, sheets.to_csv(_asked(desk)), sheets.CSV_TYPE, "csv")


@blueprint.get("/cahier.xlsx")
@access.reads_year
def book_xlsx(desk: YearDesk) -> Any:
    """Give what is on screen to Excel."""
    return _to_keep(desk, sheets.to_xlsx(_asked(desk)), sheets.XLSX_TYPE, "xlsx")


@blueprint.get("/cahier.ods")
@access.reads_year
def book_ods(desk: YearDesk) -> Any:
    """Give what is on screen to LibreOffice."""
    return _to_keep(desk, sheets.to_ods(_asked(desk)), sheets.ODS_TYPE, "ods")


@blueprint.get("/pieces.zip")
@access.reads_year
def receipts(desk: YearDesk) -> Any:
    """Give all the scans, named by PJ; the zip is sent from a file, not from memory."""
    facts = desk.facts
    access.give_back()
    packed = pack_receipts(facts, current_app.config["STORAGE"].get)
    name = f"pieces-{desk.coop.identifier}-{desk.year.label}.zip"
    answer = send_file(packed, "application/zip", as_attachment=True, download_name=name, conditional=False, max_age=0)
    # The browser tells how much is left.
    answer.content_length = packed.seek(0, SEEK_END)
    packed.seek(0)
    return answer


@blueprint.get("/fec.txt")
@access.reads_year
def fec_file(desk: YearDesk) -> Any:
    """Give the « fichier des écritures comptables » of an exercice, finished or not."""
    lines = fec.fec_of_coop(fec_rows.book_of(desk.coop, desk.row, desk.department, clock.paris_date))
    empty = "Cet exercice n’a ni solde de départ ni écriture : il n’y a rien à emporter."
    return served.fec_file(lines, fec.file_name(desk.coop.identifier, desk.year), empty)


def _asked(desk: YearDesk) -> Sheet:
    """Give the lines that the cahier shows at the same parameters; without a month, those of the whole year."""
    view = view_here(desk)
    month = view.month if view.month in desk.facts.year.months else WHOLE_YEAR
    return book_sheet(desk.facts, ledger_page(desk.facts, month, view))


def _to_keep(desk: YearDesk, data: bytes, media_type: str, extension: str) -> Response:
    answer = Response(data, mimetype=media_type)
    name = f"cahier-{desk.coop.identifier}-{desk.year.label}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
