"""PURE. Which of the years that were sent may be validated together: the clean ones, of which nothing asks for a look.

A validation is final. So a file is clean only when everything holds: nothing found, nothing missing, nothing out of
line with the year before, no earlier return to look back at. Whatever else is left to a person, file by file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from retkoop import reports, rules
from retkoop.facts import YearFacts
from retkoop.money import format_euros
from retkoop.questionnaire import PASSED, state_of
from retkoop.required_documents import done_and_missing, requirements
from retkoop.standing import Standing
from retkoop.validation_reports import compared_accounts, oddities
from retkoop.year_states import SENDING, SENT, Moved, last_sent_back


@dataclass(frozen=True)
class Dossier:
    """A year as the AD decides about it.

    `previous`: the year before, None when it is not here; `unvalidated`: its label, when this one takes over its
    balances and it is not validated; `again`: how many vouchers a vérificateur wants to see again.
    """

    standing: Standing
    previous: YearFacts | None = None
    unvalidated: str = ""
    again: int = 0


class Figures(NamedTuple):
    """What a validation makes final, in cents."""

    bank: int
    cash: int
    result: int


def figures(facts: YearFacts) -> Figures:
    """Give the figures of a year."""
    result = reports.operating_account(facts).result
    return Figures(reports.bank_balance(facts), reports.cash_balance(facts), result)


def is_not_sent(dossier: Dossier, today: date) -> Iterator[str]:
    """ETAT: only what was sent is validated."""
    if dossier.standing.state != SENT:
        yield "L’exercice n’est plus à l’association départementale."


def has_findings(dossier: Dossier, today: date) -> Iterator[str]:
    """CONSTATS: every check of the cahier holds, those that only warn too."""
    verdict = rules.verdict(dossier.standing.facts, today)
    yield from (finding.message for finding in (*verdict.faults, *verdict.warnings))


def lacks_report(dossier: Dossier, today: date) -> Iterator[str]:
    """CRA: it was passed, and every question that has to be is answered."""
    if state_of(dossier.standing.questionnaire, dossier.standing.answers) != PASSED:
        yield "Le CRA n’est pas terminé."


def lacks_documents(dossier: Dossier, today: date) -> Iterator[str]:
    """DOCUMENTS: each one that is asked for was given, or sent by post."""
    at = dossier.standing
    _, missing = done_and_missing(requirements(at.facts, at.documents, at.closing))
    yield from (f"{need.title} : {need.state}." for need in missing)


def is_out_of_line(dossier: Dossier, today: date) -> Iterator[str]:
    """RATIOS: no account moved by much since the year before, and nothing else is worth a look."""
    facts = dossier.standing.facts
    for line in compared_accounts(facts, dossier.previous):
        if line.is_out_of_line:
            more = "de plus" if line.change > 0 else "de moins"
            name = f"{line.account.short} {line.account.label}"
            yield f"Compte {name} : {format_euros(abs(line.change))} {more} que l’an passé."
    yield from oddities(facts)


def comes_before_its_past(dossier: Dossier, today: date) -> Iterator[str]:
    """SUITE: the year whose balances it takes over is validated."""
    if dossier.unvalidated:
        yield f"L’exercice {dossier.unvalidated}, dont celui-ci reprend les soldes, n’est pas validé."


def came_back(dossier: Dossier, today: date) -> Iterator[str]:
    """RENVOI: what was sent back once is looked at before it is final: was it mended?"""
    moves = dossier.standing.moves
    back = last_sent_back([moved for moved in moves if moved.move != SENDING])
    if back:
        yield f"Il a déjà été renvoyé (« {_short(back.reason)} ») : voyez si c’est corrigé."


def is_doubted(dossier: Dossier, today: date) -> Iterator[str]:
    """VERIFICATION: no vérificateur wants to see a voucher again."""
    if dossier.again:
        some = f"{dossier.again} pièces" if dossier.again > 1 else "une pièce"
        yield f"Les vérificateurs veulent revoir {some}."


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


CHECKS: tuple[Callable[[Dossier, date], Iterator[str]], ...] = (
    is_not_sent, comes_before_its_past, has_findings, lacks_report, lacks_documents, is_out_of_line, came_back,
    is_doubted,
)  # fmt: skip


def obstacles(dossier: Dossier, today: date) -> tuple[str, ...]:
    """Give all that keeps a year from being validated without a look, in words; nothing when it is clean."""
    return tuple(words for check in CHECKS for words in check(dossier, today))


def sending_of(moves: tuple[Moved, ...]) -> int:
    """Give the number of the move by which a year was sent last, from 1 on; 0 when it never was."""
    return max((number for number, moved in enumerate(moves, 1) if moved.move == SENDING), default=0)


def hour(instant: datetime, now: datetime) -> str:
    """Write a moment as people say it: `à 14 h 32`, with its day when that is not today; both in French time."""
    said = f"à {instant.hour} h {instant.minute:02d}"
    return said if instant.date() == now.date() else f"le {instant:%d/%m/%Y} {said}"
