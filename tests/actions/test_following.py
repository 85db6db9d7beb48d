"""The next exercice follows this one until it is validated: whatever is done to either, opening equals closing."""

from __future__ import annotations

import io
import json
import random
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop import reports
from retkoop.actions import direct_report, ledger, moves, reconciliation, years
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.years import close_year, load_facts, open_year
from retkoop.audit import OPERATOR, Actor
from retkoop.direct import fingerprint
from retkoop.errors import Refusal
from retkoop.facts import Allocation, DirectOperation, DirectReport, Opening, YearFacts
from retkoop.models import Cooperative, Year, YearKey
from retkoop.school_year import SchoolYear
from retkoop.year_rows import direct_figures
from tests.factories import SOMEONE, a_coop, a_draft, a_year, an_entry
from tests.support.ledger_checks import told

AD = Actor("AD", 9)


def facts_of(key: YearKey) -> YearFacts:
    return load_facts(Year.get(key.of(Year)))


def after(key: YearKey) -> YearKey:
    return key._replace(start_year=key.start_year + 1)


def following(key: YearKey) -> YearKey:
    return open_year(OPERATOR, Cooperative.get(Cooperative.identifier == key.coop), SchoolYear(key.start_year + 1))


def handed_over(key: YearKey) -> tuple[Any, ...]:
    """Give what a year ends with, from its own facts."""
    facts = facts_of(key)
    operations = [(one.day, one.label, one.cheque, one.amount) for one in reports.outstanding(facts)]
    return (*reports.next_opening(facts), sorted(operations))


def taken_over(key: YearKey) -> tuple[Any, ...]:
    """Give what a year begins with."""
    facts = facts_of(key)
    operations = [(one.day, one.label, one.cheque, one.amount) for one in facts.priors]
    return (facts.opening.bank, facts.opening.cash, facts.opening.carried, sorted(operations))


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year with one outstanding cheque, and the next one that follows it."""
    key = a_year()
    an_entry(key, cheque="501")
    following(key)
    return key


def test_what_is_written_in_this_year_is_at_once_in_the_next_one(key: YearKey) -> None:
    assert taken_over(after(key)) == handed_over(key) == (98_800, 5_000, 103_800, [
        (date(2024, 11, 4), "Librairie du Centre – Albums", "501", -1_200)])  # fmt: skip
    an_entry(key, voucher="02", bank=-2_000, allocations=(), label="Car")
    assert taken_over(after(key)) == handed_over(key)
    assert facts_of(after(key)).opening.bank == 96_800
    reconciliation.tick_entry(SOMEONE, key, 1, date(2025, 1, 5))
    assert [prior.label for prior in facts_of(after(key)).priors] == ["Car"]
    line = told(after(key), "suite")
    assert line[0][1:] == ("ouverture", [98_800, 5_000, 103_800], [96_800, 5_000, 103_800])


def test_a_tick_in_the_next_year_stays_unless_the_amount_changes(key: YearKey) -> None:
    (prior,) = facts_of(after(key)).priors
    reconciliation.tick_prior(SOMEONE, after(key), prior.number, date(2025, 9, 20))
    an_entry(key, voucher="02")
    ledger.edit_entry(SOMEONE, key, 1, 1, a_draft(label="Librairie", cheque="501"))
    changed = next(one for one in facts_of(after(key)).priors if one.number == prior.number)
    assert (changed.label, changed.ticked_on) == ("Librairie", date(2025, 9, 20))
    ledger.edit_entry(SOMEONE, key, 1, 2, a_draft(label="Librairie", cheque="501", bank=-1_300))
    changed = next(one for one in facts_of(after(key)).priors if one.number == prior.number)
    assert (changed.amount, changed.ticked_on) == (-1_300, None)


def test_an_undo_of_this_year_is_followed_too(key: YearKey) -> None:
    an_entry(key, voucher="02", cheque="502")
    step = last_steps(key, SOMEONE.person)[0].id
    undo(SOMEONE, key, step)
    assert taken_over(after(key)) == handed_over(key)
    assert len(facts_of(after(key)).priors) == 1


def test_a_number_of_an_operation_that_went_is_never_given_again(key: YearKey) -> None:
    reconciliation.tick_entry(SOMEONE, key, 1, date(2025, 1, 5))
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    assert [prior.number for prior in facts_of(after(key)).priors] == [2]


def test_the_year_after_next_follows_as_well(key: YearKey) -> None:
    last = following(after(key))
    an_entry(key, voucher="02", bank=-700, allocations=())
    assert taken_over(last) == handed_over(after(key))
    assert facts_of(last).opening.bank == 98_100


def test_a_year_that_does_not_follow_keeps_its_own_opening(app: Flask) -> None:
    """Negative control: what makes a year follow is that it was opened after another one."""
    key = a_year()
    following(key)
    Year.update(follows=0).where(after(key).of(Year)).execute()
    before = taken_over(after(key))
    an_entry(key)
    assert taken_over(after(key)) == before != handed_over(key)


SEEDS = (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_three_years_in_a_row_with_two_people_a_return_and_a_late_validation(app: Flask, seed: int) -> None:
    """At each point the opening of a year is the closing of the one before, until that one is validated, and after."""
    chance = random.Random(seed)
    people = (Actor("Camille", 1), Actor("Sacha", 2))
    first = a_year(a_coop())
    keys = [first]
    validated: dict[YearKey, tuple[Any, ...]] = {}
    for number in range(3):
        key = keys[-1]
        for _ in range(8):
            _do_something(chance, chance.choice(people), chance.choice(keys))
            _check(keys, validated)
        if number < 2:
            keys.append(following(key))
            _check(keys, validated)
        for _ in range(6):
            _do_something(chance, chance.choice(people), chance.choice(keys))
            _check(keys, validated)
        if number == 1:
            # The first year is sent, sent back to its cahier in the middle of the second one, and validated late.
            _send(first)
            moves.send_back(AD, first, "cahier", "Une facture manque")
            _do_something(chance, people[0], first)
            _check(keys, validated)
            _send(first)
            moves.take_up(AD, first)
            moves.validate(AD, first)
            validated[keys[1]] = taken_over(keys[1])
    _check(keys, validated)
    assert validated


def _check(keys: list[YearKey], validated: dict[YearKey, tuple[Any, ...]]) -> None:
    for before, key in pairwise(keys):
        assert taken_over(key) == handed_over(before)
    for key, opening in validated.items():
        assert taken_over(key) == opening


def _send(key: YearKey) -> None:
    """Close and send a year whatever its checks say: what is tested is what the next one takes over."""
    for move in ("cloture", "envoi"):
        moves.move(SOMEONE, Year.get(key.of(Year)), move, "mandataire")


def _do_something(chance: random.Random, who: Actor, key: YearKey) -> None:
    """Do one of the things that people do to a cahier; what a closed year refuses changes nothing."""
    facts = facts_of(key)
    deeds = [_add, _strike, _change, _tick, _opening, _undo]
    try:
        chance.choice(deeds)(chance, who, key, facts)
    except Refusal:
        assert facts_of(key) == facts


def _add(chance: random.Random, who: Actor, key: YearKey, facts: YearFacts) -> None:
    amount = chance.choice([-1, 1]) * chance.randrange(100, 9_000)
    cash = chance.random() < 0.3
    day = date(key.start_year + chance.choice([0, 1]), chance.choice([1, 9, 10, 5]), chance.randrange(1, 28))
    values = {"bank": 0 if cash else amount, "cash": amount if cash else 0, "allocations": ()}
    ledger.add_entry(who, key, a_draft(day=day, cheque=str(chance.randrange(900)), label=f"Achat {amount}", **values))


def _strike(chance: random.Random, who: Actor, key: YearKey, facts: YearFacts) -> None:
    if facts.entries:
        ledger.strike_entry(who, key, chance.choice(facts.entries).number)


def _change(chance: random.Random, who: Actor, key: YearKey, facts: YearFacts) -> None:
    if facts.entries:
        entry = chance.choice(facts.entries)
        draft = a_draft(day=entry.day, bank=-chance.randrange(1, 500), allocations=(), label="Corrigé")
        ledger.edit_entry(who, key, entry.number, entry.version, draft)


def _tick(chance: random.Random, who: Actor, key: YearKey, facts: YearFacts) -> None:
    entries = [entry for entry in facts.entries if entry.bank]
    if facts.priors and chance.random() < 0.4:
        prior = chance.choice(facts.priors)
        day = None if prior.ticked_on else date(key.start_year, 9, 9)
        reconciliation.tick_prior(who, key, prior.number, day)
    elif entries:
        entry = chance.choice(entries)
        day = None if entry.ticked_on else date(key.start_year + 1, 6, 9)
        reconciliation.tick_entry(who, key, entry.number, day)


def _opening(chance: random.Random, who: Actor, key: YearKey, facts: YearFacts) -> None:
    years.set_opening(who, key, Opening(chance.randrange(9_000), chance.randrange(900), 5), "512")


def _undo(chance: random.Random, who: Actor, key: YearKey, facts: YearFacts) -> None:
    steps = last_steps(key, who.person)
    if steps:
        undo(who, key, chance.choice(steps).id)


def test_a_tick_goes_with_its_operation_when_the_figures_of_a_direct_year_change_places(app: Flask) -> None:
    key = a_year()
    direct_report.turn_direct(SOMEONE, key)
    day = date(2025, 8, 20)
    bus, photo, visit = (
        DirectOperation(n, day, label, "", -3_000) for n, label in enumerate(("Bus", "Photo", "Visite"), 1)
    )

    def type_in(*lines: DirectOperation) -> None:
        stored, account = direct_figures(key), Year.get(key.of(Year)).bank_account
        report = DirectReport(97_000, 5_000, (Allocation("61800008", 3_000),), lines)
        direct_report.save_direct(SOMEONE, key, fingerprint(stored, account), report, account)

    type_in(bus, photo, visit)
    later = following(key)
    reconciliation.tick_prior(SOMEONE, later, 2, date(2025, 9, 9))
    type_in(replace(photo, number=1), replace(visit, number=2))
    told = [(one.label, one.ticked_on) for one in facts_of(later).priors]
    assert told == [("Photo", date(2025, 9, 9)), ("Visite", None)]
    assert taken_over(later) == handed_over(key)


def test_a_tick_goes_with_its_operation_when_the_year_is_imported_again(
    app: Flask, key: YearKey, tmp_path: Path
) -> None:
    storage, path = app.config["STORAGE"], tmp_path / "exercice.zip"
    an_entry(key, voucher="2", label="Deuxième")
    reconciliation.tick_prior(SOMEONE, after(key), 1, date(2025, 9, 9))
    ledger.strike_entry(SOMEONE, key, 1)
    path.write_bytes(export_archive(Cooperative.get(), Year.get(key.of(Year)), storage))
    import_archive(OPERATOR, path, storage, replace=True)
    assert [(one.label, one.ticked_on) for one in facts_of(after(key)).priors] == [("Deuxième", None)]


def test_an_archive_of_the_next_year_goes_on_following(app: Flask, key: YearKey, tmp_path: Path) -> None:
    """Its operations have no origin in an archive: they are known again, none comes twice, none is invented."""
    storage, path = app.config["STORAGE"], tmp_path / "exercice.zip"
    an_entry(key, voucher="2", cheque="502", bank=-800, allocations=())
    reconciliation.tick_prior(SOMEONE, after(key), facts_of(after(key)).priors[0].number, date(2025, 9, 9))
    path.write_bytes(export_archive(Cooperative.get(), Year.get(after(key).of(Year)), storage))
    reconciliation.tick_entry(SOMEONE, key, 2, date(2025, 8, 30))
    import_archive(OPERATOR, path, storage, replace=True)
    assert taken_over(after(key)) == handed_over(key)
    assert [one.ticked_on for one in facts_of(after(key)).priors] == [date(2025, 9, 9)]
    an_entry(key, voucher="3", bank=-300, allocations=())
    assert taken_over(after(key)) == handed_over(key)
    assert len(facts_of(after(key)).priors) == 2


@pytest.mark.parametrize("state", ["open", "validated"])
def test_an_archive_does_not_bring_another_opening(app: Flask, key: YearKey, tmp_path: Path, state: str) -> None:
    storage = app.config["STORAGE"]
    Year.update(state=state).where(key.of(Year)).execute()
    data = json.loads(export_document(after(key), storage))
    data["ouverture"].update(banque="99999.00", operations_en_cours=[])
    (tmp_path / "exercice.json").write_text(json.dumps(data))
    before = taken_over(after(key))
    import_archive(OPERATOR, tmp_path / "exercice.json", storage, replace=True)
    assert taken_over(after(key)) == before == handed_over(key)


def export_document(key: YearKey, storage: Any) -> bytes:
    data = export_archive(Cooperative.get(), Year.get(key.of(Year)), storage)
    return zipfile.ZipFile(io.BytesIO(data)).read("exercice.json")


def test_a_year_is_not_validated_before_the_one_that_it_begins_with(key: YearKey) -> None:
    Year.update(state="sent").where(after(key).of(Year)).execute()
    Year.update(state="sent").where(key.of(Year)).execute()
    with pytest.raises(Refusal, match="2024-2025, dont celui-ci"):
        moves.validate(AD, after(key))
    moves.validate(AD, key)
    moves.validate(AD, after(key))
    assert Year.get(after(key).of(Year)).state == "validated"


def test_closing_the_year_changes_nothing_of_what_it_hands_over(key: YearKey) -> None:
    before = taken_over(after(key))
    reconciliation.tick_entry(SOMEONE, key, 1, date(2025, 1, 5))
    reconciliation.tick_entry(SOMEONE, key, 1, None)
    moves.move(SOMEONE, Year.get(key.of(Year)), "cloture", "mandataire")
    assert taken_over(after(key)) == before
    with pytest.raises(Refusal):
        close_year(SOMEONE, key, lambda: date(2025, 9, 5))
