"""PURE. The compte rendu financier typed in directly: what it may hold, and what tells it from another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from retkoop.chart import Chart
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH, out_of_year, text_fault
from retkoop.facts import Allocation, DirectOperation, DirectReport, YearFacts
from retkoop.money import LARGEST
from retkoop.school_year import SchoolYear

CAHIER, DIRECT = MODES = ("cahier", "direct")
# Ten times what an association départementale usually admits.
MOST_OPERATIONS = 100


def is_blank(report: DirectReport) -> bool:
    """Tell a report of which nothing was typed yet."""
    return not (report.bank or report.cash or report.accounts or report.operations)


def fingerprint(report: DirectReport, bank_account: str) -> str:
    """Tell what a page showed: another text as soon as any figure is another."""
    lines = sorted([line.account, line.amount] for line in report.accounts)
    operations = [said(line) for line in report.operations]
    told = [bank_account, report.bank, report.cash, lines, operations]
    return sha256(json.dumps(told).encode()).hexdigest()


def said(line: DirectOperation) -> list[str | int]:
    """Give what an operation says, less its number."""
    return [str(line.day), line.label, line.cheque, line.amount]


def faults(report: DirectReport, year: SchoolYear, chart: Chart) -> Iterator[str]:
    """Say everything that forbids to keep a report; figures that do not agree are kept, and told."""
    codes = [line.account for line in report.accounts]
    if len({*codes} & {account.code for account in chart}) < len(codes):
        yield "Un de ces comptes n’existe pas, ou il est donné deux fois."
    amounts = [*(line.amount for line in report.accounts), *(line.amount for line in report.operations)]
    if max(map(abs, [report.bank, report.cash, *amounts])) > LARGEST:
        yield "Un de ces montants est trop grand."
    if not all(amounts):
        yield "Le montant ne peut pas être nul."
    if len(report.operations) > MOST_OPERATIONS:
        yield f"{MOST_OPERATIONS} opérations en cours au plus."
    for line in report.operations:
        yield from _operation_faults(line, year)


def _operation_faults(line: DirectOperation, year: SchoolYear) -> Iterator[str]:
    if not line.label.strip():
        yield "Écrivez un libellé : « Qui c’est – Ce que c’est »."
    for text, longest, name in ((line.label, LABEL_LENGTH, "Le libellé"), (line.cheque, NUMBER_LENGTH, "Le numéro")):
        if message := text_fault(text, longest, name):
            yield message
    if not year.contains(line.day):
        yield out_of_year(year)


def in_chart_order(amounts: dict[str, int], chart: Chart) -> tuple[Allocation, ...]:
    """Give the accounts that hold something, in the chart's order."""
    return tuple(Allocation(account.code, amounts[account.code]) for account in chart if amounts.get(account.code))


def with_report(facts: YearFacts, report: DirectReport, bank_account: str) -> YearFacts:
    """Give the year as it would be with these figures, which nobody has stored."""
    return replace(facts, direct=report, bank_account=bank_account)
