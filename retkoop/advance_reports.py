"""PURE. What a régie becomes if some entries are kept: said before they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from retkoop.drafts import EntryDraft
from retkoop.facts import Entry, YearFacts
from retkoop.table_reports import AdvanceAccount, advance_accounts


@dataclass(frozen=True, slots=True)
class Forecast:
    """A régie as it stands, and as it would be."""

    before: AdvanceAccount
    after: AdvanceAccount
    ceiling: int

    def change(self, figure: str) -> int:
        """Give by how much a figure of the régie would grow: `handed_out`, `justified`, `given_back`…"""
        grown: int = getattr(self.after, figure) - getattr(self.before, figure)
        return grown

    @property
    def outstanding(self) -> int:
        """Give the most that the class would hold once it has received what is new; 0 when nothing is handed out."""
        known = {line.entry.number for line in self.before.movements}
        received = [line for line in self.after.movements if line.entry.number not in known and line.handed_out]
        return max((line.held for line in received), default=0)

    @property
    def is_too_much(self) -> bool:
        """Tell whether an advance would leave the class with more than the ceiling."""
        return self.outstanding > self.ceiling


def forecast(facts: YearFacts, code: str, drafts: Sequence[EntryDraft]) -> Forecast:
    """Say what a régie becomes with some entries more; dated, they take their place among the others."""
    entries = [*facts.entries, *(_entry(draft, _after(facts) + rank) for rank, draft in enumerate(drafts))]
    then = replace(facts, entries=tuple(sorted(entries, key=lambda entry: (entry.day, entry.number))))
    before, after = (
        next(account for account in advance_accounts(year) if account.advance.code == code) for year in (facts, then)
    )
    return Forecast(before, after, facts.settings.advance_ceiling)


def _after(facts: YearFacts) -> int:
    return max((entry.number for entry in facts.entries), default=0) + 1


def _entry(draft: EntryDraft, number: int) -> Entry:
    said: dict[str, Any] = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    return Entry(number=number, ticked_on=None, **said)
