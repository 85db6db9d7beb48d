"""The commands of the « fichier des écritures comptables »: write one, and say what is wrong in one."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import click
from flask import Flask

from retkoop import fec, fec_rows
from retkoop.cli import FrenchGroup, OneLine, command
from retkoop.clock import paris_date
from retkoop.errors import NotFound, Refusal
from retkoop.fec_check import check_fec
from retkoop.models import Department, find_coop, find_year
from retkoop.school_year import SchoolYear

# The file of the largest département holds about 40 MB.
LARGEST = 500_000_000

group = FrenchGroup("fec", help="Écrire et contrôler le fichier des écritures comptables (FEC).")


def init_app(app: Flask) -> None:
    """Give the application these commands."""
    app.cli.add_command(group)


def _year(label: str) -> SchoolYear:
    try:
        return SchoolYear.parse(label)
    except ValueError as error:
        raise Refusal(str(error)) from None


@command(group, "exporter", help="Écrit dans FICHIER le FEC de la coopérative, ou du département (075), IDENTIFIANT.")
@click.argument("identifier", metavar="IDENTIFIANT")
@click.argument("label", metavar="ANNEE")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
def export_command(identifier: str, label: str, file: Path) -> None:
    """Write the file of a cooperative, or that of the validated years of a département."""
    year = _year(label)
    path = file / fec.file_name(identifier, year) if file.is_dir() else file
    _write(path, _lines(identifier, year))
    click.echo(f"FEC {label} de {identifier} écrit : {path}")


def _lines(identifier: str, year: SchoolYear) -> Iterator[bytes]:
    """Give the lines of a file; refuse one that would hold no entry."""
    coop = find_coop(identifier)
    department = Department.get_or_none(Department.code == (coop.department if coop else identifier))
    if department is None:
        raise NotFound(f"{identifier} n’est ni une coopérative ni un département.")
    if coop is None:
        lines = fec.fec_of_department(fec_rows.books_of(department, year.start, paris_date))
        empty = f"Aucune coopérative du département {identifier} n’a d’exercice {year.label} validé."
    else:
        found = find_year(coop, year.start)
        if found is None:
            raise NotFound(f"La coopérative {identifier} n’a pas d’exercice {year.label}.")
        lines = fec.fec_of_coop(fec_rows.book_of(coop, found, department, paris_date))
        empty = f"L’exercice {year.label} de {identifier} n’a ni solde de départ ni écriture."
    begun = list(islice(lines, 2))
    if len(begun) < 2:
        raise Refusal(empty)
    return chain(begun, lines)


def _write(path: Path, lines: Iterator[bytes]) -> None:
    """Write a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".fec-")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.writelines(lines)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@command(group, "controler", help="Dit ce qui ne va pas dans le FEC FICHIER, ligne par ligne.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--annee", "label", help="L’exercice (2024-2025) ; sinon celui de son nom, ou de ses écritures.")
def check_command(file: Path, label: str | None) -> None:
    """Check a file, whoever wrote it."""
    if file.stat().st_size > LARGEST:
        raise Refusal("Ce fichier est trop gros pour être un FEC de coopératives.")
    data = file.read_bytes()
    year = _year(label) if label else _year_of(file.name, data)
    faults = check_fec(data, year.first_day, year.last_day)
    for fault in faults:
        place = ", ".join(filter(None, (f"ligne {fault.line}" if fault.line else "", fault.column)))
        click.echo(f"{place or 'fichier'} : {fault.message} [{fault.code}]")
    if faults:
        raise OneLine(f"{len(faults)} faute{'s' if len(faults) > 1 else ''} dans {file.name}.")
    click.echo(f"Aucune faute dans {file.name}, exercice {year.label}.")


def _year_of(name: str, data: bytes) -> SchoolYear:
    """Tell the exercice by the name of the file, or by the day that most of its entries fall in."""
    named = re.search(r"FEC([0-9]{4})0831\.txt$", name)
    if named and 1991 <= int(named[1]) <= 2201:
        return SchoolYear(int(named[1]) - 1)
    months = Counter(re.findall(rb"[\t|]((?:19|20)[0-9]{2}(?:0[1-9]|1[0-2]))[0-3][0-9](?=[\t|])", data))
    years = Counter[int]()
    for month, lines in months.items():
        years[int(month[:4]) - (int(month[4:]) < 9)] += lines
    if not years:
        raise Refusal("Indiquez l’exercice : --annee 2024-2025.")
    return SchoolYear(years.most_common(1)[0][0])
