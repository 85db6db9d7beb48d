"""PURE. The double entry underneath a year: every line of the cahier as postings that sum to zero. Amounts in cents.

People never read it: it is what an auditor's programs ask for. A posting is positive at the debit. No figure comes from
here: tests show that the trial balance is the CRF, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop import reports
from retkoop.facts import Allocation, Entry, Opening, PriorOperation, YearFacts

CASH, CARRIED, SUSPENSE, ADVANCES = "530", "110", "471", "540"
NAMES = {
    "512": "Banque",
    "514": "La Banque Postale",
    CASH: "Caisse",
    CARRIED: "Report à nouveau",
    # What no account explains yet, and what the balances brought forward do not agree on.
    SUSPENSE: "Compte d’attente",
    ADVANCES: "Régies d’avance",
}
OPENING, BOOK = "AN", "CC"
JOURNALS = {OPENING: "À nouveaux", BOOK: "Cahier de comptabilité"}


class Posting(NamedTuple):
    """An amount on an account, positive at the debit; `holder` is the class that holds a régie: its code, its name."""

    account: str
    amount: int
    holder: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class DoubleEntry:
    """One entry of the journals; `piece` is never empty, and no account comes twice."""

    journal: str
    day: date
    piece: str
    piece_day: date
    label: str
    postings: tuple[Posting, ...]


def double_entries(facts: YearFacts) -> tuple[DoubleEntry, ...]:
    """Give a year as entries that each sum to zero: what it opens with, then the cahier, or the figures typed in."""
    holders = {advance.code: (advance.code, advance.holder or advance.code) for advance in facts.advances}
    cahier = (_of_entry(facts, entry, holders) for entry in facts.entries)
    book = cahier if facts.direct is None else _typed_in(facts)
    return tuple(entry for entry in (*_openings(facts), *book) if entry.postings)


def trial_balance(entries: Iterable[DoubleEntry]) -> dict[str, int]:
    """Add up every account."""
    return _sums((posting.account, posting.amount) for entry in entries for posting in entry.postings)


def held_by_class(entries: Iterable[DoubleEntry]) -> dict[str, int]:
    """Add up the régie of each class, by its code."""
    every = (posting for entry in entries for posting in entry.postings if posting.account == ADVANCES)
    return _sums((posting.holder[0], posting.amount) for posting in every)


def account_name(facts: YearFacts, account: str) -> str:
    """Give what an account is called."""
    return NAMES[account] if account in NAMES else facts.chart[account].label


def _sums(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, amount in amounts:
        sums[name] = sums.get(name, 0) + amount
    return sums


def _openings(facts: YearFacts) -> Iterator[DoubleEntry]:
    """Open with the balances brought forward; last year's outstanding operations, which they hold, stand apart."""
    first, opening = facts.year.first_day, facts.opening
    waiting = sum(prior.amount for prior in facts.priors)
    apart = Opening(opening.bank - waiting, opening.cash, opening.carried - waiting)
    yield DoubleEntry(OPENING, first, "AN", first, "À nouveau", _balances(facts.bank_account, apart))
    for prior in facts.priors:
        yield _of_prior(facts, prior)


def _balances(bank_account: str, opening: Opening) -> tuple[Posting, ...]:
    gap = opening.carried - opening.bank - opening.cash
    return _kept(
        Posting(bank_account, opening.bank),
        Posting(CASH, opening.cash),
        Posting(CARRIED, -opening.carried),
        Posting(SUSPENSE, gap),
    )


def _of_prior(facts: YearFacts, prior: PriorOperation) -> DoubleEntry:
    postings = Posting(facts.bank_account, prior.amount), Posting(CARRIED, -prior.amount)
    # The day is last year's, whatever was typed: no voucher is younger than the entry that it proves.
    day = min(prior.day, facts.year.first_day)
    return DoubleEntry(OPENING, facts.year.first_day, prior.cheque or "AN", day, prior.label, postings)


def _of_entry(facts: YearFacts, entry: Entry, holders: dict[str, tuple[str, str]]) -> DoubleEntry:
    held = holders[entry.advance] if entry.advance else ("", "")
    postings = _kept(
        Posting(facts.bank_account, entry.bank),
        Posting(CASH, entry.cash),
        Posting(ADVANCES, entry.advance_amount, held),
        *_allocated(facts, entry.allocations),
        Posting(SUSPENSE, -reports.unallocated(entry, facts.chart)),
    )
    return DoubleEntry(BOOK, entry.day, entry.voucher or f"C{entry.number}", entry.day, entry.label, postings)


def _allocated(facts: YearFacts, allocations: Iterable[Allocation]) -> Iterator[Posting]:
    """Post what is given to each account: an expense at the debit, income at the credit."""
    for account, amount in reports.by_account(allocations).items():
        yield Posting(account, -facts.chart.sign(account) * amount)


def _typed_in(facts: YearFacts) -> Iterator[DoubleEntry]:
    """Post each figure typed in directly, at the end of the year, against the suspense account.

    It is left with nothing, unless the balances did not move by the result.
    """
    bank, cash = reports.bank_balance(facts), reports.cash_balance(facts)
    totals = [Allocation(*total) for total in reports.account_totals(facts).items()]
    moved = [
        Posting(facts.bank_account, bank - facts.opening.bank),
        Posting(CASH, cash - facts.opening.cash),
        *_allocated(facts, totals),
    ]
    last = facts.year.last_day
    for posting in moved:
        label = f"Total de l’exercice : {account_name(facts, posting.account)}"
        both = _kept(posting, Posting(SUSPENSE, -posting.amount))
        yield DoubleEntry(BOOK, last, "CRF", last, label, both)


def _kept(*postings: Posting) -> tuple[Posting, ...]:
    """Leave out what moves nothing."""
    return tuple(posting for posting in postings if posting.amount)
