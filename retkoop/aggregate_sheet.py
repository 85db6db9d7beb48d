"""PURE. The accounts of a département as tables to take away: the sums, each cooperative on a line, what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from retkoop.aggregates import CARRIED, FIGURES, RESULT, CoopYear, DepartmentYear, Missing
from retkoop.chart import EXPENSE, INCOME
from retkoop.school_year import SchoolYear
from retkoop.sheet import AMOUNT, Column, Row, Sheet


def sums_sheet(found: DepartmentYear, year: SchoolYear) -> Sheet:
    """Give each figure of the département, with that of the exercice before."""
    before = SchoolYear(year.start - 1).label
    amounts = (Column(year.label, AMOUNT), Column(before, AMOUNT), Column("Écart", AMOUNT))
    columns = (Column("Rubrique"), Column("Compte"), Column("Libellé"), *amounts)
    rows: list[Row] = []
    for side, words in ((EXPENSE, "Charges"), (INCOME, "Produits")):
        for line in found.side(side):
            account = found.chart[line.code]
            rows.append((words, account.short, account.label, *line[1:], line.change))
    for words, codes in (("Actif", _codes(found.now.balance.assets)), ("Passif", (CARRIED, RESULT))):
        for line in map(found.compared, codes):
            rows.append((words, None, FIGURES[line.code], *line[1:], line.change))
    return Sheet(f"Comptes agrégés {year.label}", columns, tuple(rows))


def _codes(lines: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    return tuple(code for code, _ in lines)


def coops_sheet(found: DepartmentYear, year: SchoolYear) -> Sheet:
    """Give a line for each validated cooperative: every account, its result and its bilan; then their totals."""
    codes = tuple(found.now.accounts)
    names = ("Total des charges", "Total des produits", "Résultat", "Banque", "Caisse", "Report à nouveau", "Écart")
    heads = (*(f"{found.now.chart[code].short} {found.now.chart[code].label}" for code in codes), *names)
    columns = (Column("Identifiant"), Column("Coopérative"), *(Column(head, AMOUNT) for head in heads))
    rows: tuple[Row, ...] = tuple((coop.identifier, coop.name, *_amounts(coop, codes)) for coop in found.now.coops)
    sums = (sum(column) for column in zip(*(_amounts(coop, codes) for coop in found.now.coops), strict=True))
    totals: Row | None = ("Total", f"{len(rows)} coopératives", *sums) if rows else None
    return Sheet(f"Coopératives {year.label}", columns, rows, totals)


def _amounts(coop: CoopYear, codes: tuple[str, ...]) -> tuple[int, ...]:
    operating = coop.operating
    ends = (operating.total_expenses, operating.total_income, operating.result, coop.bank, coop.cash)
    return (*(coop.accounts.get(code, 0) for code in codes), *ends, coop.opening.carried, coop.gap)


def missing_sheet(missing: tuple[Missing, ...], words: Mapping[str | None, str], year: SchoolYear) -> Sheet:
    """List the cooperatives that are not in the sums; `words` says each state, and None for no exercice at all."""
    rows = tuple((coop.identifier, coop.name, words[coop.state]) for coop in missing)
    return Sheet(f"Non validées {year.label}", (Column("Identifiant"), Column("Coopérative"), Column("État")), rows)
