"""Made-up years changed afterwards: banks that say less, people who write less; how far the figures hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from bench.bank_years import BankYear, bank_year
from retkoop.matching.words import plain
from retkoop.statements.model import BankLine

_BY_NAME = re.compile(r"[a-z]{2,}")


def _relabelled(year: BankYear, label: Callable[[BankLine], str], keeps_cheques: bool = True) -> BankYear:
    lines = (replace(line, label=label(line), cheque=line.cheque if keeps_cheques else "") for line in year.lines)
    return replace(year, lines=tuple(lines))


def cheques_only(year: BankYear) -> BankYear:
    """Leave long numbers in the labels, nothing else."""
    return _relabelled(year, lambda line: "OPERATION " + " ".join(re.findall(r"\d{7,}", plain(line.label))))


def nothing(year: BankYear) -> BankYear:
    """Leave nothing in the labels."""
    return _relabelled(year, lambda _: "OPERATION", keeps_cheques=False)


def other_tongue(year: BankYear) -> BankYear:
    """Write every word backwards in lines that name nobody of the cahier, so that no means of payment is recognised."""
    names = {word for each in year.operations for word in _BY_NAME.findall(plain(each.label))}

    def label(line: BankLine) -> str:
        return " ".join(
            word if any(each.startswith(word[:4]) for each in names) or not word.isalpha() else "q" + word[::-1]
            for word in plain(line.label).split()
        )

    return _relabelled(year, label)


def no_cheque_typed(year: BankYear) -> BankYear:
    """Take the cheques' numbers out of the cahier."""
    return replace(year, operations=tuple(replace(each, cheque="") for each in year.operations))


def unwritten(year: BankYear, share: float = 0.3) -> BankYear:
    """Leave a share of the cahier unwritten; lines of which an entry is missing have no true link."""
    random = Random(year.seed)
    kept = [place for place in range(len(year.operations)) if random.random() >= share]
    at = {place: number for number, place in enumerate(kept)}
    truth = (frozenset(at[p] for p in its) if its <= at.keys() else frozenset() for its in year.truth)
    operations = tuple(replace(year.operations[place], number=number) for number, place in enumerate(kept))
    return replace(year, operations=operations, truth=tuple(truth))


def some_lines(year: BankYear, keeps: Callable[[BankLine], bool]) -> BankYear:
    """Leave out lines of the bank."""
    kept = [at for at, line in enumerate(year.lines) if keeps(line)]
    lines, truth, kinds = (tuple(its[at] for at in kept) for its in (year.lines, year.truth, year.kinds))
    return replace(year, lines=lines, truth=truth, kinds=kinds)  # type: ignore[arg-type]


def worlds(seeds: Iterable[int]) -> dict[str, list[BankYear]]:
    """Draw the years of each world."""
    seeds = list(seeds)
    years = [bank_year(seed) for seed in seeds]
    chance = Random(7)
    return {
        "comme ils sont": years,
        "aucun mot de banque reconnu": [other_tongue(year) for year in years],
        "n° de chèque seuls": [cheques_only(year) for year in years],
        "libellés muets": [nothing(year) for year in years],
        "aucun n° de chèque au cahier": [no_cheque_typed(year) for year in years],
        "montants de 5 en 5 €": [bank_year(seed, round=1.0) for seed in seeds],
        "un quart écrit en retard": [bank_year(seed, late=0.25) for seed in seeds],
        "40 % des lignes absentes": [some_lines(year, lambda _: chance.random() < 0.6) for year in years],
        "le mois de mars seul": [some_lines(year, lambda line: line.day.month == 3) for year in years],
        "30 % du cahier non écrit": [unwritten(year) for year in years],
    }
