"""The command of bank statements: say what each line of a file would settle, and write nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import Flask

from retkoop.cli import FrenchGroup, command
from retkoop.errors import NotFound, Refusal
from retkoop.matching import ENTRY, PRIOR, Proposal, match
from retkoop.matching.operations import operations_of
from retkoop.models import Year, find_coop, find_year, key_of
from retkoop.money import to_archive
from retkoop.school_year import SchoolYear
from retkoop.statement_rows import history_of
from retkoop.statements import LARGEST_FILE, BankLine, UnreadableStatement, read_statement
from retkoop.year_rows import year_facts

group = FrenchGroup("releve", help="Lire un relevé bancaire et le rapprocher du cahier.")


def init_app(app: Flask) -> None:
    """Give the application this command."""
    app.cli.add_command(group)


@command(group, "rapprocher", help="Dit en JSON quelles écritures chaque ligne du relevé FICHIER pointerait.")
@click.argument("identifier", metavar="IDENTIFIANT")
@click.argument("label", metavar="ANNEE")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
def match_command(identifier: str, label: str, file: Path) -> None:
    """Match a bank file with a year."""
    year = _year(identifier, label)
    facts = year_facts(year)
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE + 1)
    try:
        lines = read_statement(data).lines
    except UnreadableStatement as refusal:
        raise Refusal(str(refusal)) from None
    operations = operations_of(facts)
    vouchers = {entry.number: entry.voucher for entry in facts.entries}
    priors = {prior.number: place for place, prior in enumerate(facts.priors)}
    found = match(lines, operations, history_of(key_of(year)))
    told = [_told(*each, vouchers, priors) for each in zip(lines, found, strict=True)]
    click.echo(json.dumps({"lignes": told}, ensure_ascii=False, indent=1))


def _year(identifier: str, label: str) -> Year:
    coop = find_coop(identifier)
    if coop is None:
        raise NotFound(f"La coopérative {identifier} n’existe pas.")
    try:
        year = SchoolYear.parse(label)
    except ValueError as error:
        raise Refusal(str(error)) from None
    found = find_year(coop, year.start)
    if found is None:
        raise NotFound(f"La coopérative {identifier} n’a pas d’exercice {year.label}.")
    return found


def _told(
    line: BankLine, proposal: Proposal, vouchers: dict[int, str], priors: dict[int, int]
) -> dict[str, Any]:  # fmt: skip
    its = proposal.operations
    return {
        "date": line.day.isoformat(),
        "libelle": line.label,
        "montant": to_archive(line.amount),
        "ecritures": [vouchers[each.number] for each in its if each.kind == ENTRY],
        "reports": [priors[each.number] for each in its if each.kind == PRIOR],
        "confiance": proposal.confidence,
        "raison": proposal.reason,
    }
