"""The demonstration département: six cooperatives in different states of the year, people of every role."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from retkoop import reports
from retkoop.actions import deposits, ledger, people, projects, reconciliation, tables, years
from retkoop.actions.demo_data import PASSWORD, PEOPLE, draw_scan, identifiers, scripts
from retkoop.actions.demo_membership import join_demo
from retkoop.actions.demo_year_end import finish_demo
from retkoop.actions.exchange import ensure_coop, store_scan
from retkoop.actions.scans import keep
from retkoop.audit import OPERATOR, Actor
from retkoop.db import writing
from retkoop.drafts import EntryDraft
from retkoop.errors import Refusal
from retkoop.exchange import ArchivedCoop
from retkoop.facts import Allocation, Opening
from retkoop.models import Advance, Cooperative, Department, Grant, InventoryItem, Project, Year, YearKey
from retkoop.money import from_archive
from retkoop.school_year import SchoolYear
from retkoop.storage import Storage
from retkoop.year_rows import chart_for

# The cooperative whose name tells a demonstration from real data.
MAIN_COOP = "École élémentaire des Tilleuls"


__all__ = ["identifiers", "make_demo"]

DEPARTMENT = "075"
_DENOMINATIONS = (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
_DAYS_TO_CLOSE = 6


@writing
def make_demo(today: date, storage: Storage) -> None:
    """Make the whole demonstration as it stands on a day; refuse a database that holds cooperatives."""
    if Cooperative.select().exists():
        raise Refusal("Cette base contient déjà des coopératives : la démonstration demande une base sans coopérative.")
    # Its people do not exist: no reminder leaves for them by itself.
    Department.insert(code=DEPARTMENT, name="OCCE de Paris", reminder_day=0).on_conflict_ignore().execute()
    told = scripts()
    coops = [_make_coop(script) for script in told]
    actors = _make_people()
    for coop, script in zip(coops, told, strict=True):
        cheques = itertools.count(script["cheques"])
        for lines in script["exercices"]:
            year = SchoolYear(SchoolYear.containing(today).start + lines["rang"])
            key = years.open_year(actors[coop.identifier], coop, year, script["compte"])
            chance = Random(f"{coop.identifier} {lines['rang']}")  # noqa: S311 likely delays, no secret
            _Desk(actors[coop.identifier], key, lines, today, storage, chance, cheques).play()
    finish_demo(actors, today, storage)
    join_demo(actors, today)


def _make_coop(script: dict[str, Any]) -> Cooperative:
    who = ArchivedCoop(script["identifiant"], script["uai"], script["nom"], DEPARTMENT, script["compte"])
    return ensure_coop(OPERATOR, who)


def _make_people() -> dict[str, Actor]:
    """Make everybody; give who keeps the cahier of each cooperative."""
    actors: dict[str, Actor] = {}
    for someone in PEOPLE:
        person = people.create_person(
            OPERATOR, someone.identifier, someone.role, PASSWORD, someone.coop,
            DEPARTMENT if someone.role == "ad" else None, someone.name, someone.must_change,
        )  # fmt: skip
        if someone.coop:
            actors.setdefault(someone.coop, Actor(person.name, person.id))
    return actors


@dataclass(frozen=True)
class _Desk:
    """Where one exercice is typed, up to today, by the mandataire who keeps it."""

    actor: Actor
    key: YearKey
    lines: dict[str, Any]
    today: date
    storage: Storage
    chance: Random
    cheques: Iterator[int]

    def play(self) -> None:
        """Type the whole exercice, and close it when the script says so."""
        if "ouverture" in self.lines:
            self._bring_forward(self.lines["ouverture"])
        for number, day in self.lines.get("pointer_reports", {}).items():
            self._tick_prior(int(number), self._day(day))
        for code, holder in self.lines["regies"].items():
            tables.add_row(self.actor, self.key, Advance, {"code": code, "holder": holder})
        self._type_entries()
        self._count_cash()
        self._type_statement()
        if self.lines.get("clos"):
            closing_day = min(self.today, self.key.year.last_day + timedelta(days=_DAYS_TO_CLOSE))
            years.close_year(self.actor, self.key, lambda: closing_day)

    def _day(self, month_and_day: str) -> date:
        month, day = map(int, month_and_day.split("-"))
        return date(self.key.start_year + (month < 9), month, day)

    def _statement_day(self) -> date | None:
        """Give the day of the last statement: the end of the year, else of a fortnight that is over."""
        first, last = self.key.year.first_day, self.key.year.last_day
        if self.today > last:
            return last
        ended = _last_fortnight(self.today - timedelta(days=1))
        return ended if ended >= first else None

    def _bring_forward(self, opening: dict[str, Any]) -> None:
        bank, cash = from_archive(opening["banque"]), from_archive(opening["caisse"])
        account = Year.get(self.key.of(Year)).bank_account
        years.set_opening(self.actor, self.key, Opening(bank, cash, bank + cash), account)
        for line in opening["en_cours"]:
            values = {
                # Summer before the year: the same calendar year as its September.
                "day": self._day(line["le"]).replace(year=self.key.start_year),
                "label": line["libelle"],
                "cheque": line["cheque"],
                "amount": from_archive(line["montant"]),
            }
            number = years.add_prior(self.actor, self.key, values)
            self._tick_prior(number, self._day(line["pointage"]))

    def _tick_prior(self, number: int, day: date) -> None:
        shown = self._statement_day()
        if shown and day <= shown:
            reconciliation.tick_prior(self.actor, self.key, number, day)

    def _type_entries(self) -> None:
        """Type what is dated today at the latest; vouchers are numbered as they come."""
        shorts = {account.short: account.code for account in chart_for(self.key.start_year)}
        vouchers = itertools.count(1)
        slips: dict[str, list[int]] = {}
        for line in self.lines["ecritures"]:
            if self._day(line["le"]) > self.today:
                continue
            draft = self._draft(line, shorts)
            if draft.bank == 0 or draft.bank != -draft.cash:
                draft = replace(draft, voucher=line.get("pj", f"{next(vouchers):02d}"))
            number = self._type_entry(line, draft)
            if "remise" in line:
                slips.setdefault(line["remise"], []).append(number)
        for slip_day, inside in slips.items():
            self._pay_in(self._day(slip_day), self.lines["remises"][slip_day], inside)
        self._close_projects()

    def _draft(self, line: dict[str, Any], shorts: dict[str, str]) -> EntryDraft:
        bank, cash = from_archive(line.get("banque", "0.00")), from_archive(line.get("caisse", "0.00"))
        advance, amount = line.get("regie", (None, "0.00"))
        moved = bank + cash + from_archive(amount)
        if line.get("projet"):
            ledger.add_project(self.actor, self.key, line["projet"])
        return EntryDraft(
            day=self._day(line["le"]),
            label=line["libelle"],
            bank=bank,
            cash=cash,
            advance=advance,
            advance_amount=from_archive(amount),
            allocations=tuple(self._allocations(line, moved, shorts)),
            cheque=f"{next(self.cheques):07d}" if line.get("cheque") else "",
            project=line.get("projet"),
        )

    def _allocations(self, line: dict[str, Any], moved: int, shorts: dict[str, str]) -> Iterator[Allocation]:
        """Give the split that the line tells, or the whole of it on its one account."""
        for short, amount in line.get("ventilation", {}).items():
            yield Allocation(shorts[short], from_archive(amount))
        if "compte" in line:
            code = shorts[line["compte"]]
            yield Allocation(code, chart_for(self.key.start_year).sign(code) * moved)

    def _type_entry(self, line: dict[str, Any], draft: EntryDraft) -> int:
        number = ledger.add_entry(self.actor, self.key, draft)
        if draft.bank and line.get("pointage", True) and "remise" not in line:
            self._tick(number, draft.day)
        if "scan" in line:
            document = draw_scan(line["scan"], draft.label, draft.day, draft.bank + draft.cash)
            store_scan(self.key, number, keep(f"PJ-{draft.voucher}", document, self.storage))
        if "subvention" in line:
            self._list_grant(draft, *line["subvention"])
        if "bien" in line:
            self._list_good(draft, *line["bien"])
        return number

    def _tick(self, number: int, day: date) -> None:
        if seen := self._seen(day):
            reconciliation.tick_entry(self.actor, self.key, number, seen)

    def _seen(self, day: date) -> date | None:
        """Give the day on which the bank shows an operation: some days later, a working day, if it did by now."""
        seen, shown = day + timedelta(days=self.chance.randint(2, 9)), self._statement_day()
        if seen.weekday() >= 5:
            seen += timedelta(days=7 - seen.weekday())
        return seen if shown and seen <= shown else None

    def _pay_in(self, day: date, label: str, entries: list[int]) -> None:
        """Take cheques to the bank together, and tick them as one once the bank shows them."""
        if day <= self.today:
            number = deposits.make_slip(self.actor, self.key, day, label, entries)
            if seen := self._seen(day):
                deposits.tick_slip(self.actor, self.key, number, seen)

    def _close_projects(self) -> None:
        for name in self.lines.get("projets_clos", ()):
            project = Project.get_or_none(self.key.of(Project), Project.name == name)
            if project:
                projects.close_project(self.actor, self.key, project.number, True)

    def _list_grant(self, draft: EntryDraft, organisation: str, kind: str, purpose: str) -> None:
        values = {
            "organisation": organisation, "kind": kind, "purpose": purpose, "day": draft.day,
            "amount": draft.bank, "voucher": draft.voucher,
        }  # fmt: skip
        tables.add_row(self.actor, self.key, Grant, values)

    def _list_good(self, draft: EntryDraft, designation: str, place: str) -> None:
        values = {
            "designation": designation, "supplier": draft.label.partition(" – ")[0], "bought_on": draft.day,
            "value": -draft.bank, "voucher": draft.voucher, "place": place,
        }  # fmt: skip
        tables.add_row(self.actor, self.key, InventoryItem, values)

    def _count_cash(self) -> None:
        """Count the cash box on the days of the script; `ecart_caisse` is a mistake of the last count."""
        facts = years.load_facts(Year.get(self.key.of(Year)))
        days = [day for day in map(self._day, self.lines["arretes"]) if day <= self.today]
        for day in days:
            until = tuple(entry for entry in facts.entries if entry.day <= day)
            held = reports.cash_balance(replace(facts, entries=until))
            if day == days[-1]:
                held += from_archive(self.lines.get("ecart_caisse", "0.00"))
            tables.add_count(self.actor, self.key, day, pieces_of(held))

    def _type_statement(self) -> None:
        """Type the last statement; `ecart_releve` is a mistake in it."""
        day = self._statement_day()
        if day is None or not self.lines["ecritures"]:
            return
        shown = reports.ticked_balance(years.load_facts(Year.get(self.key.of(Year))))
        gap = from_archive(self.lines.get("ecart_releve", "0.00"))
        reconciliation.set_statement(self.actor, self.key, day, shown + gap)


def _last_fortnight(day: date) -> date:
    """Give the last 15th or end of a month, that day included."""
    if (day + timedelta(days=1)).day == 1:
        return day
    return day.replace(day=15) if day.day >= 15 else day.replace(day=1) - timedelta(days=1)


def pieces_of(held: int) -> list[tuple[int, int]]:
    """Give notes and coins that make a sum, small ones too, as a cash box has them."""
    found = dict.fromkeys(_DENOMINATIONS, 0)
    # First not more than three fifths of what is left in each kind, then whatever is missing.
    for share in (5, 3):
        for denomination in _DENOMINATIONS:
            taken = (held * 3 // share) // denomination
            found[denomination] += taken
            held -= taken * denomination
    return [(denomination, number) for denomination, number in found.items() if number]
