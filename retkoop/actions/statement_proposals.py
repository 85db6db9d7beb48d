"""What the lines of a statement would settle: matched apart from a transaction, kept if nothing moved meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from peewee import chunked

from retkoop.actions.guard import open_cahier
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound
from retkoop.file_tables import CHOSEN, BankLine, BankLink, BankStatement
from retkoop.matching import NONE, TO_CHECK, Operation, Proposal, match
from retkoop.matching.operations import operations_of
from retkoop.models import Year, YearKey
from retkoop.statement_board import ASIDE, SEEN, WAITING, Ref, StoredLine, basis_of
from retkoop.statement_rows import history_of, lines_of, loose_numbers, ticked_refs
from retkoop.statements import BankLine as ReadLine
from retkoop.year_rows import year_facts


def search(key: YearKey, number: int) -> None:
    """Look for what the waiting lines of a statement settle, and keep it; nothing is ticked."""
    row = BankStatement.get_or_none(key.of(BankStatement), BankStatement.number == number)
    if row is None:
        raise NotFound("Ce relevé n’est plus là : il a été supprimé.")
    waits = BankLine.state.in_((WAITING, SEEN)) | BankLine.number.in_(sorted(loose_numbers(key)))
    lines = lines_of(key, BankLine.statement == number, waits, BankLine.state != ASIDE)
    operations = book_of(key)
    from_lines = ticked_refs(key)
    # What a line was ticked by stands beside that line; once unticked, it is looked for like any other.
    free = [one for one in operations if not one.ticked or (one.kind, one.number) not in from_lines]
    read = [ReadLine(line.day, line.label, line.amount, line.cheque) for line in lines]
    found = match(read, free, history_of(key))
    told = [_kept(line, proposal) for line, proposal in zip(lines, found, strict=True)]
    _keep(key, number, row.version, basis_of(operations), told)


def book_of(key: YearKey) -> list[Operation]:
    """Give all that the bank may show of a year."""
    year = Year.get_or_none(key.of(Year))
    if year is None:
        raise NotFound("Cet exercice n’existe pas.")
    return operations_of(year_facts(year))


# A line by its number, then its state, confidence, reason, and options in their order.
_Told = tuple[int, str, str, str, list[tuple[Ref, ...]]]


def _kept(line: StoredLine, proposal: Proposal) -> _Told:
    """Give what is kept of a proposal; what a person refused for this line is not proposed again."""
    if proposal.settled:
        return line.number, SEEN, NONE, proposal.reason, [_refs(proposal.settled)]
    refused = {refs for option, refs in line.options.items() if option < CHOSEN}
    proposed = [_refs(proposal.operations)] if proposal.operations else []
    options = [refs for refs in [*proposed, *map(_refs, proposal.alternatives)] if refs not in refused]
    if proposed and options[:1] == proposed:
        return line.number, WAITING, proposal.confidence, proposal.reason, options
    if proposed and options:
        return line.number, WAITING, TO_CHECK, "vous avez écarté ce qui était proposé", options
    # Nothing is proposed: what else it could be is offered all the same, behind an empty first place.
    reason = "vous avez écarté ce qui était proposé" if proposed else proposal.reason
    return line.number, WAITING, NONE, reason, [(), *options]


def _refs(operations: Iterable[Operation]) -> tuple[Ref, ...]:
    return tuple(sorted((one.kind, one.number) for one in operations))


@writing
def _keep(key: YearKey, number: int, version: int, basis: str, told: Sequence[_Told]) -> None:
    open_cahier(key)
    mine = (key.of(BankStatement), BankStatement.number == number, BankStatement.version == version)
    if not BankStatement.update(basis=basis, version=version + 1).where(*mine).execute():
        raise Conflict("Ce relevé a changé entre-temps : relisez la page.")
    for some in chunked([line for line, *_ in told], 400):
        BankLink.delete().where(key.of(BankLink), BankLink.line.in_(some), BankLink.option >= CHOSEN).execute()
    links: list[dict[str, Any]] = []
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for line, state, confidence, reason, options in told:
        alike[state, confidence, reason[:300]].append(line)
        links += [
            {**key._asdict(), "line": line, "option": option, "kind": kind, "operation": operation}
            for option, refs in enumerate(options)
            for kind, operation in refs
        ]
    for (state, confidence, reason), numbers in alike.items():
        for some in chunked(numbers, 400):
            here = (key.of(BankLine), BankLine.number.in_(some))
            BankLine.update(state=state, confidence=confidence, reason=reason).where(*here).execute()
    for rows in chunked(links, 200):
        BankLink.insert_many(rows).execute()


def note_new_basis(key: YearKey, number: int, entry: int) -> None:
    """Say that an entry typed from a line of a statement is no change of the cahier for it, if it is the only one."""
    row = BankStatement.get(key.of(BankStatement), BankStatement.number == number)
    operations = book_of(key)
    before = [one for one in operations if (one.kind, one.number) != ("entry", entry)]
    if basis_of(before) == row.basis:
        BankStatement.update(basis=basis_of(operations)).where(
            key.of(BankStatement), BankStatement.number == number
        ).execute()
