"""What is on the desk of a person: one cooperative, one of its exercices, loaded once per request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from flask import url_for

from retkoop import clock, facts, models, reports, rules, year_rows, year_steps
from retkoop.ad_settings import Profile
from retkoop.audit import Actor
from retkoop.errors import NotFound
from retkoop.models import Cooperative, Department, Person, Year, YearKey, key_of
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import head_of, profile_of
from retkoop.standing import Standing
from retkoop.year_states import LOOKED_AT_IN, REPORTED_IN, VALIDATED
from retkoop.year_steps import Step

MANDATAIRE, VERIFIER, AD, FEDERATION = "mandataire", "verificateur", "ad", "federation"
NOT_FOUND = "Cette page n’existe pas, ou elle n’est pas à vous."


def actor_of(person: Person) -> Actor:
    """Give who acts, for the journal."""
    return Actor(person.name or person.identifier, person.id)


class Team(NamedTuple):
    """The people of an association départementale; those of the fédération when there is no département."""

    department: Department | None

    @property
    def code(self) -> str | None:
        """Give what actions take."""
        return str(self.department.code) if self.department else None

    def url(self, endpoint: str, **values: Any) -> str:
        """Give the address of a screen about these people."""
        if self.department is None:
            return url_for(f"team.federation_{endpoint}", **values)
        return url_for(f"team.{endpoint}", departement=self.department.code, **values)


class Sums(NamedTuple):
    """The balances of the cahier, in cents, and how many operations the bank has not shown."""

    bank: int
    ticked: int
    cash: int
    gap: int | None
    outstanding: int


@dataclass
class CoopDesk:
    """One cooperative as the person here may see it."""

    coop: Cooperative
    person: Person

    @property
    def may_write(self) -> bool:
        """Only its mandataires change a cooperative's books."""
        return bool(self.person.role == MANDATAIRE and self.person.coop == self.coop.identifier)

    @cached_property
    def association(self) -> Profile:
        """Give how its association départementale presents itself, and what it writes to its mandataires."""
        return profile_of(self.coop.department)

    @cached_property
    def years(self) -> list[Year]:
        """Give its exercices, the latest first."""
        return models.years_of(self.coop)


@dataclass
class YearDesk(CoopDesk):
    """One exercice of one cooperative as the person here may see it."""

    row: Year

    @property
    def key(self) -> YearKey:
        """Give what actions take."""
        return key_of(self.row)

    @property
    def year(self) -> SchoolYear:
        """Give the exercice."""
        return SchoolYear(self.row.start_year)

    @cached_property
    def head(self) -> Profile:
        """Give how its association presents itself on the papers of this exercice: once validated, as it did then."""
        return head_of(self.key, self.association) if self.row.state == VALIDATED else self.association

    @property
    def is_open(self) -> bool:
        """Tell whether the cahier still changes."""
        return bool(self.row.state == "open")

    @property
    def may_change(self) -> bool:
        """Tell whether this person may change this cahier now."""
        return self.may_write and self.is_open

    @property
    def may_report(self) -> bool:
        """Tell whether this person may change now what is reported of this exercice."""
        return self.may_write and self.row.state in REPORTED_IN

    @property
    def may_look(self) -> bool:
        """Tell whether this person may say now what they saw of the vouchers: all that vérificateurs write."""
        return bool(self.person.role == VERIFIER and self.row.state in LOOKED_AT_IN)

    @cached_property
    def department(self) -> Department:
        """Give the association départementale and its settings."""
        return Department.get_by_id(self.coop.department)

    @cached_property
    def facts(self) -> facts.YearFacts:
        """Load the year, once per request."""
        return year_rows.year_facts(self.row)

    @cached_property
    def verdict(self) -> rules.Verdict:
        """Give every finding of today."""
        return rules.verdict(self.facts, clock.today())

    @cached_property
    def standing(self) -> Standing:
        """Load where this exercice stands between its cahier and the association départementale."""
        return year_rows.standing(self.row, self.facts)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Give the five steps of the year end as they stand today."""
        return year_steps.steps(self.standing, clock.today())

    @cached_property
    def sums(self) -> Sums:
        """Give the balances that stay in sight."""
        return Sums(
            reports.bank_balance(self.facts),
            reports.ticked_balance(self.facts),
            reports.cash_balance(self.facts),
            reports.statement_gap(self.facts),
            len(reports.outstanding(self.facts)),
        )

    def url(self, endpoint: str, **values: Any) -> str:
        """Give the address of a screen of this exercice."""
        return url_for(endpoint, identifiant=self.coop.identifier, annee=self.year.label, **values)

    @cached_property
    def prefix(self) -> str:
        """Give the beginning of every address of this exercice: built once, not once per row."""
        return self.url("home.year")

    def mend(self, subject: rules.Subject) -> str:
        """Give the address where what a finding accuses is mended."""
        from retkoop.navigation import mend_address

        return mend_address(self, subject)

    @property
    def actor(self) -> Actor:
        """Give who acts, for the journal."""
        return actor_of(self.person)

    def renewed(self) -> YearDesk:
        """Give the desk as it is after a write."""
        row = models.find_year(self.coop, self.row.start_year)
        if row is None:
            raise NotFound(NOT_FOUND)
        return YearDesk(self.coop, self.person, row)
