"""PURE. Suppose mistakes in a CRF typed in directly: its outstanding operations, its balances, its accounts."""

from __future__ import annotations

from collections.abc import Iterator

from retkoop import reports
from retkoop.chart import INCOME
from retkoop.error_finder.evidence import Guess, Trouble
from retkoop.error_finder.mistyping import CROSSED, INVERTED, mistyping
from retkoop.facts import DirectReport, YearFacts
from retkoop.rules import Subject

# How prone people are to each mistake; a slip of the fingers is worth its own share besides.
_SHOWN, _SIDE, _LACKS, _SLIP, _BALANCE = 1.0, 0.5, 0.3, 3.0, 0.2


def direct_guesses(trouble: Trouble) -> Iterator[Guess]:
    """Guess what in the figures typed in explains the gaps with the statement and with the count."""
    direct = trouble.facts.direct
    if direct is None:
        return
    if trouble.bank and trouble.fits(trouble.bank, 0):
        yield from _operations(direct, trouble.bank)
        yield from _balance(trouble.facts, "direct_bank", direct.bank, trouble.bank)
        yield Guess("manquante", (), _LACKS, -trouble.bank)
    if trouble.cash and trouble.fits(0, trouble.cash):
        yield from _balance(trouble.facts, "direct_cash", direct.cash, trouble.cash)


def _operations(direct: DirectReport, gap: int) -> Iterator[Guess]:
    """Guess what is wrong in an outstanding operation: the bank has shown it, its side, or its amount."""
    for line in direct.operations:
        subjects = (Subject("direct_operation", line.number),)
        if line.amount == gap:
            yield Guess("en_cours", subjects, _SHOWN)
        elif 2 * line.amount == gap:
            yield Guess("en_cours_sens", subjects, _SIDE, -line.amount)
        elif slip := mistyping(line.amount, line.amount - gap):
            code = "chiffres" if slip in (INVERTED, CROSSED) else "montant"
            yield Guess(code, subjects, _SLIP * slip.odds, line.amount - gap, slip.words)


def _balance(facts: YearFacts, kind: str, typed: int, gap: int) -> Iterator[Guess]:
    """Guess that a balance was typed wrong: a slip, or what the bilan lacks as well."""
    slip, sheet = mistyping(typed, typed + gap), reports.balance_sheet(facts).gap == -gap
    if slip or sheet:
        weight = _SLIP * (slip.odds if slip else 0.1) * (10 if sheet else _BALANCE)
        yield Guess("solde_saisi", (Subject(kind),), weight, typed + gap, slip.words if slip else "")


def account_guesses(facts: YearFacts) -> Iterator[Guess]:
    """Guess which account was typed wrong, when the bilan of the figures typed in does not balance."""
    gap = reports.balance_sheet(facts).gap
    if facts.direct is None or not gap:
        return
    for line in facts.direct.accounts:
        true = line.amount + (gap if facts.chart[line.account].side == INCOME else -gap)
        if slip := mistyping(line.amount, true):
            code = "chiffres" if slip in (INVERTED, CROSSED) else "montant"
            subject = Subject("direct_account", int(line.account))
            yield Guess(code, (subject,), _SLIP * slip.odds, true, slip.words)
    yield Guess("compte_oublie", (Subject("direct_account"),), _LACKS * 0.1, gap)
