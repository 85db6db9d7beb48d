"""PURE. What became of a grant: its project’s expenses beside it, and what is left. Amounts in cents.

Which project is not stored: it is that of the grant’s entry in the cahier, or the one that a person looks at.
"""

from __future__ import annotations

from dataclasses import dataclass

from retkoop.facts import Entry, Grant, Project, YearFacts
from retkoop.project_reports import ProjectAccount, ProjectLine, project_account, project_lines

# What fits on one page of paper: lines of so many characters.
_CHARACTERS, _LINES = 54, 24


def entry_of(facts: YearFacts, grant: Grant) -> Entry | None:
    """Find the entry that brought a grant: by its PJ, else the only one of its amount on account 7410."""
    received = [(entry, _granted(facts, entry)) for entry in facts.entries]
    named = [entry for entry, amount in received if amount and entry.voucher and entry.voucher == grant.voucher]
    alike = [entry for entry, amount in received if amount and amount == grant.amount]
    return next(iter(named), alike[0] if len(alike) == 1 else None)


def _granted(facts: YearFacts, entry: Entry) -> int:
    return sum(line.amount for line in entry.allocations if line.account in facts.chart.grant_codes)


def project_of(facts: YearFacts, grant: Grant) -> Project | None:
    """Give the project that the grant’s entry bears."""
    entry = entry_of(facts, grant)
    return next((project for project in facts.projects if entry and project.name == entry.project), None)


@dataclass(frozen=True, slots=True)
class GrantUse:
    """A grant beside a project: `spent` is what the project cost, `others` what else it received (signed cents)."""

    grant: Grant
    entry: Entry | None
    project: Project
    account: ProjectAccount
    lines: tuple[ProjectLine, ...]
    others: int
    other_grants: tuple[Grant, ...]

    @property
    def spent(self) -> int:
        """Σ class 6 of the project."""
        return self.account.account.total_expenses

    @property
    def left(self) -> int:
        """Give what is left of the grant; negative: the project cost more than it."""
        return self.grant.amount - self.spent

    @property
    def fits(self) -> bool:
        """Tell whether its expenses, one by one, fit on the page; otherwise they are told by account."""
        return sum(1 + (len(line.entry.label) - 1) // _CHARACTERS for line in self.lines) <= _LINES


def grant_use(facts: YearFacts, grant: Grant, project: Project) -> GrantUse:
    """Put a grant beside a project of the year."""
    account, entry = project_account(facts, project), entry_of(facts, grant)
    inside = entry is not None and entry.project == project.name
    return GrantUse(
        grant=grant,
        entry=entry,
        project=project,
        account=account,
        lines=tuple(line for line in project_lines(facts, account.entries) if line.expenses),
        others=account.account.total_income - (grant.amount if inside else 0),
        other_grants=tuple(
            other for other in facts.grants if other.number != grant.number and project_of(facts, other) == project
        ),
    )
