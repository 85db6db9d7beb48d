"""What the screens of the fédération share: exercices, files, tables to take away, what is done to a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Response, flash, request

from retkoop import clock
from retkoop.desks import NOT_FOUND
from retkoop.errors import NotFound, Refusal
from retkoop.exports import sheets
from retkoop.forms.federation import BeginForm, seen_version
from retkoop.htmx import go
from retkoop.school_year import SchoolYear
from retkoop.sheet import Sheet

# How a sheet is written, by the end of its file's name.
_KINDS: dict[str, tuple[Callable[[Sheet], bytes], str]] = {
    "csv": (sheets.to_csv, sheets.CSV_TYPE),
    "xlsx": (sheets.to_xlsx, sheets.XLSX_TYPE),
    "ods": (sheets.to_ods, sheets.ODS_TYPE),
}


def year_of(label: str) -> SchoolYear:
    """Read the exercice of an address, or answer as for what does not exist."""
    try:
        return SchoolYear.parse(label)
    except ValueError:
        raise NotFound(NOT_FOUND) from None


def seen_here() -> int:
    """Read the version of the draft that the form was made from."""
    return seen_version(request.form.get("vu"))


def offered_years(taken: Iterable[int]) -> list[tuple[str, str]]:
    """Give the exercices that a new version may be for: this one and the two next, less those that have one."""
    here, gone = SchoolYear.containing(clock.today()).start, set(taken)
    years = [SchoolYear(start) for start in range(here, here + 3) if start not in gone]
    return [(year.label, year.label) for year in years]


def offer(form: BeginForm, taken: Iterable[int]) -> BeginForm:
    """Offer in a form the exercices that a new version may be for."""
    form.exercice.choices = offered_years(taken)
    return form


def asked_year(form: BeginForm, taken: Sequence[int]) -> SchoolYear | None:
    """Read the exercice of a new version: one that is offered, or whose draft or version is there already."""
    form.exercice.choices = [*offered_years(taken), *((label_of(start), "") for start in taken)]
    return SchoolYear.parse(form.exercice.data) if form.validate() else None


def label_of(first_year: int) -> str:
    """Name the exercice that begins in a year."""
    return SchoolYear(first_year).label


def attempt(act: Callable[[], object], said: str, where: str, refused: Callable[[Refusal], Any]) -> Any:
    """Do something to a draft, say so and go on; or show the draft with the reason why not."""
    try:
        act()
    except NotFound:
        raise
    except Refusal as refusal:
        return refused(refusal)
    flash(said, "done")
    return go(where)


def sent_file(largest: int) -> bytes | None:
    """Give the bytes of the file that came, one more than is accepted at most; None when none was chosen."""
    upload = request.files.get("fichier")
    return upload.stream.read(largest + 1) if upload is not None and upload.filename else None


def as_file(table: Sheet, name: str, kind: str) -> Response:
    """Give a table to take away, as `csv`, `xlsx` or `ods`."""
    write, media_type = _KINDS[kind]
    return to_keep(write(table), media_type, f"{name}.{kind}")


def to_keep(data: bytes, media_type: str, name: str) -> Response:
    """Give bytes to take away under a name of ours."""
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
