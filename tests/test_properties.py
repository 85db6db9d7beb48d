"""Random sequences of actions by several people, on both engines, against a plain Python model of the cahier."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from retkoop import reports
from retkoop.actions import ledger, reconciliation, tables, years
from retkoop.actions.years import load_facts
from retkoop.audit import Actor
from retkoop.drafts import EntryDraft
from retkoop.facts import Opening
from retkoop.models import Advance, Year, YearKey
from tests.factories import SOMEONE, a_coop, a_draft, a_year
from tests.support.ledger_checks import told
from tests.support.year_facts import CHART, CODES, cents, entries_of_any_kind, ticks

_rank = itertools.count(1)
PEOPLE = (Actor("Anne", 1), Actor("Bruno", 2))


@dataclass
class Line:
    """What the model knows of an entry."""

    draft: EntryDraft
    ticked: bool = False
    struck: bool = False

    @property
    def gap(self) -> int:
        signed = (CHART.sign(a.account) * a.amount for a in self.draft.allocations)
        return self.draft.bank + self.draft.cash + self.draft.advance_amount - sum(signed)


@dataclass
class Model:
    """A cahier in plain Python."""

    opening: Opening
    priors: list[list[Any]]
    lines: dict[int, Line] = field(default_factory=dict)
    told: int = 0

    def live(self) -> list[Line]:
        return [line for line in self.lines.values() if not line.struck]


drafts = entries_of_any_kind().map(
    lambda e: a_draft(
        day=e.day, bank=e.bank, cash=e.cash, advance=e.advance, advance_amount=e.advance_amount,
        allocations=e.allocations,
    )
)  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "edit", "strike", "restore", "tick", "tick", "prior"]),
        st.integers(0, 99), drafts, ticks, st.sampled_from(PEOPLE),
    ),
    min_size=4, max_size=12,
)  # fmt: skip
openings = st.builds(Opening, cents, cents, cents)
priors = st.lists(cents.filter(bool), max_size=3)


def add(key: YearKey, model: Model, pick: int, draft: EntryDraft, day: date | None, who: Actor) -> None:
    number = ledger.add_entry(who, key, draft, f"clé-{len(model.lines)}")
    assert ledger.add_entry(who, key, draft, f"clé-{len(model.lines)}") == number
    assert number not in model.lines
    model.lines[number] = Line(draft)
    model.told += 1


def edit(key: YearKey, model: Model, number: int, draft: EntryDraft, day: date | None, who: Actor) -> None:
    line = model.lines[number]
    version = next(e.version for e in load_facts(Year.get(key.of(Year))).entries if e.number == number)
    ledger.edit_entry(who, key, number, version, draft)
    line.ticked = line.ticked and draft.bank == line.draft.bank
    line.draft = draft
    model.told += 1


def strike(key: YearKey, model: Model, number: int, draft: EntryDraft, day: date | None, who: Actor) -> None:
    ledger.strike_entry(who, key, number)
    model.lines[number].struck = True
    model.told += 1


def restore(key: YearKey, model: Model, number: int, draft: EntryDraft, day: date | None, who: Actor) -> None:
    ledger.restore_entry(who, key, number)
    model.lines[number].struck = False
    model.told += 1


def tick(key: YearKey, model: Model, number: int, draft: EntryDraft, day: date | None, who: Actor) -> None:
    reconciliation.tick_entry(who, key, number, day)
    model.told += model.lines[number].ticked != (day is not None)
    model.lines[number].ticked = day is not None


def tick_prior(key: YearKey, model: Model, pick: int, draft: EntryDraft, day: date | None, who: Actor) -> None:
    reconciliation.tick_prior(who, key, pick + 1, day)
    model.told += model.priors[pick][1] != (day is not None)
    model.priors[pick][1] = day is not None


ACTIONS: dict[str, Callable[..., None]] = {
    "add": add, "edit": edit, "strike": strike, "restore": restore, "tick": tick, "prior": tick_prior,
}  # fmt: skip


def candidates(model: Model, name: str) -> list[int]:
    """Give what an action may be done to in the state at hand."""
    if name == "add":
        return [0]
    if name == "prior":
        return list(range(len(model.priors)))
    wanted = {
        "edit": lambda line: not line.struck,
        "strike": lambda line: not line.struck,
        "restore": lambda line: line.struck,
        "tick": lambda line: not line.struck and line.draft.bank,
    }[name]
    return [number for number, line in model.lines.items() if wanted(line)]


def agree(key: YearKey, model: Model) -> None:
    """Compare every figure of the product with the model's own sums."""
    facts = load_facts(Year.get(key.of(Year)))
    live, opening = model.live(), model.opening
    waiting = sum(amount for amount, ticked in model.priors if not ticked)
    seen = sum(line.draft.bank for line in live if line.ticked)
    given_out = {code: sum(li.draft.advance_amount for li in live if li.draft.advance == code) for code in CODES}
    gaps = sorted(line.gap for line in live if line.gap)
    assert reports.bank_balance(facts) == opening.bank + sum(line.draft.bank for line in live)
    assert reports.cash_balance(facts) == opening.cash + sum(line.draft.cash for line in live)
    assert reports.ticked_balance(facts) == opening.bank - waiting + seen
    assert reports.advance_balances(facts) == given_out
    assert sorted(gap for _, gap in reports.red_entries(facts)) == gaps
    gap = opening.bank + opening.cash - opening.carried + sum(gaps) - sum(given_out.values())
    assert reports.balance_sheet(facts).gap == gap
    assert sum(cause.amount for cause in reports.gap_causes(facts)) == gap
    assert reports.balance_sheet_from_statement(facts).gap == gap
    assert reports.reconciliation(facts).gap == 0
    assert len(told(key)) == model.told


def run(sequence: Any, opening: Opening, amounts: list[int]) -> None:
    """Play a sequence on a new year, comparing after every step."""
    key = a_year(a_coop(f"075-{next(_rank):04d}"))
    years.set_opening(SOMEONE, key, opening, "512")
    for code in CODES:
        tables.add_row(SOMEONE, key, Advance, {"code": code})
    for amount in amounts:
        years.add_prior(SOMEONE, key, {"day": date(2024, 7, 1), "label": "Car", "cheque": "", "amount": amount})
    model = Model(opening, [[amount, False] for amount in amounts], told=len(told(key)))
    agree(key, model)
    for name, pick, draft, day, who in sequence:
        possible = candidates(model, name)
        if possible:
            ACTIONS[name](key, model, possible[pick % len(possible)], draft, day, who)
            agree(key, model)


def played(examples: int, *phases: Phase) -> Callable[[], None]:
    chosen = settings(
        max_examples=examples,
        deadline=None,
        print_blob=True,
        phases=phases or tuple(Phase),
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    played_: Callable[[], None] = chosen(given(steps, openings, priors)(run))
    return played_


def test_any_sequence_of_actions_gives_the_figures_of_the_plain_model(app: Flask) -> None:
    played(12)()


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "a tick that is not kept": (reconciliation, "tick_entry", lambda right: lambda *asked: None),
    "a strike that only says so": (ledger, "strike_entry", lambda right: lambda who, key, number: None),
    "a cent too much": (ledger, "entry_columns", lambda right: lambda *a: {**(c := right(*a)), "bank": c["bank"] + 1}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_model_notices(app: Flask, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, function, fault = FAULTS[name]
    monkeypatch.setattr(module, function, fault(getattr(module, function)))
    with pytest.raises(AssertionError):
        played(300, Phase.generate)()
