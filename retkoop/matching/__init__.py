"""PURE. Bank lines matched with the operations that they settle, as one assignment; nothing is ticked here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from retkoop.matching.clues import Clues
from retkoop.matching.groups import Effort, Pool, groups, slips
from retkoop.matching.learned import History
from retkoop.matching.model import ENTRY, NONE, PRIOR, SURE, TO_CHECK, Operation, Option, Proposal
from retkoop.matching.options import other_amount, pairs
from retkoop.matching.solver import MARGIN, Link, solve
from retkoop.matching.words import plain
from retkoop.money import format_euros
from retkoop.statements.model import BankLine

__all__ = ["ENTRY", "NONE", "PRIOR", "SURE", "TO_CHECK", "Operation", "Proposal", "match"]
_ALTERNATIVES = 5
_FEW, _USUALLY_LACKING = 10, 0.12
# Sets of entries that are looked at for a whole statement.
_TRIES, _TRIES_A_LINE = 40_000, 60


def match(lines: Sequence[BankLine], operations: Sequence[Operation], history: History | None = None) -> list[Proposal]:
    """Propose for each bank line the operations that it settles, each operation once.

    `history` is what this cooperative confirmed before; it tells apart entries of the same amount.
    Operations that are ticked take the lines that they were ticked by, and are never proposed.
    """
    # In the book's order, which tells apart what else is alike.
    book = sorted(operations, key=lambda each: (each.day, each.kind == ENTRY, each.number))

    def same(one: Option, other: Option) -> bool:
        return sorted(_looks(book[place]) for place in one.places) == sorted(
            _looks(book[place]) for place in other.places
        )

    clues = Clues(lines, book)
    options = [
        [*single, *slip] for single, slip in zip(pairs(lines, book, clues, history), slips(lines, book), strict=True)
    ]
    margin = MARGIN + _doubt(lines, options)
    first = solve(options, same, margin)
    changed = _add_groups(lines, book, options, first, clues)
    links = solve(options, same, margin, first, changed)
    return [_proposal(at, line, book, options[at], links.get(at), clues) for at, line in enumerate(lines)]


def _doubt(lines: Sequence[BankLine], options: Sequence[Sequence[Option]]) -> float:
    """Give what must speak more for a link where the cahier lacks much: then an equal amount is oftener by chance."""
    spent = [its for line, its in zip(lines, options, strict=True) if line.amount < 0]
    lacking = sum(not its for its in spent) / len(spent) if len(spent) >= _FEW else 0.0
    return min(1.5, 6.0 * max(0.0, lacking - _USUALLY_LACKING))


def _looks(operation: Operation) -> tuple[object, ...]:
    """Give what tells an operation from another: two that look the same stand for each other."""
    return (
        operation.day,
        plain(operation.label),
        operation.cheque,
        operation.amount,
        operation.ticked,
        operation.is_cash,
    )


def _add_groups(
    lines: Sequence[BankLine], book: Sequence[Operation], options: list[list[Option]], links: dict[int, Link],
    clues: Clues,
) -> set[int]:  # fmt: skip
    """Add the groups that lines without a firm link may settle, out of the operations without one; give these lines."""
    firm = {place for link in links.values() if link.firm for place in link.option.places}
    pools: dict[tuple[bool, bool], Pool] = defaultdict(Pool)
    for place, operation in enumerate(book):
        if place not in firm and operation.amount:
            pools[operation.amount > 0, operation.ticked].add(place, operation.day)
    effort, changed = Effort(_TRIES + _TRIES_A_LINE * len(lines)), set()
    for at, line in enumerate(lines):
        link = links.get(at)
        if line.amount and not (link and link.firm):
            for ticked in (False, True):
                found = groups(line, at, book, pools[line.amount > 0, ticked], clues, effort)
                options[at].extend(found)
                changed.update([at] if found else [])
    return changed


def _proposal(
    at: int, line: BankLine, book: Sequence[Operation], options: Sequence[Option], link: Link | None, clues: Clues
) -> Proposal:
    chosen = link.option if link else None
    if link and any(book[place].ticked for place in link.option.places):
        return Proposal((), NONE, "déjà pointée", settled=tuple(book[place] for place in link.option.places))
    others = sorted(
        (
            option
            for option in options
            if option is not chosen and not any(book[place].ticked for place in option.places)
        ),
        key=lambda option: (option.cost, option.places),
    )
    alternatives = tuple(tuple(book[place] for place in option.places) for option in others[:_ALTERNATIVES])
    if link is None:
        return Proposal((), NONE, _why_none(at, line, book, bool(others), clues), alternatives)
    its = tuple(book[place] for place in link.option.places)
    reason = (
        link.option.reason if link.firm or not others else f"{link.option.reason} ; d’autres écritures conviendraient"
    )
    return Proposal(its, SURE if link.firm else TO_CHECK, reason, alternatives)


def _why_none(at: int, line: BankLine, book: Sequence[Operation], had_options: bool, clues: Clues) -> str:
    """Say why nothing is proposed for a line."""
    written = other_amount(at, book, clues)
    if written is not None:
        return f"même n° de chèque, mais {format_euros(abs(written.amount))} au cahier"
    return "les écritures de ce montant vont à d’autres lignes" if had_options else "aucune écriture de ce montant"
