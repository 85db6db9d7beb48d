"""What is kept of an exercice is what is computed, whatever is done to it, on every day; or says that it is stale."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from retkoop import audit, jobs, summary_rows
from retkoop.actions import activity_report, backup, direct_report, ledger, moves, reconciliation, summaries, tables
from retkoop.actions.exchange import export_archive, import_archive
from retkoop.actions.undo import last_steps, undo
from retkoop.actions.year_documents import note_posted
from retkoop.actions.years import close_year, load_facts, open_year, set_opening
from retkoop.association import KeptSummary
from retkoop.audit import OPERATOR, Actor
from retkoop.db import database
from retkoop.errors import Refusal
from retkoop.facts import Allocation, Opening, Settings
from retkoop.models import (
    Cooperative,
    Department,
    Grant,
    InventoryItem,
    QuestionnaireVersion,
    Year,
    YearKey,
)  # fmt: skip
from retkoop.required_documents import requirements
from retkoop.school_year import SchoolYear
from retkoop.storage import FileStorage
from retkoop.summary_rows import summary_of
from retkoop.year_rows import activity_answers, documents_of, moves_of, questionnaire_for
from retkoop.year_states import last_closing
from retkoop.year_summary import YearSummary, blocking_on
from tests.factories import CASES, SOMEONE, a_case, a_coop, a_draft, a_year, an_advance, an_entry
from tests.support.kept import all_faults, faults, fresh_years
from tests.support.queries import counted
from tests.support.year_end import REPORT, finish, post_documents

AD = Actor("AD", 9)
TODAY = date(2025, 9, 5)
Chance = random.Random
Deed = Callable[[Chance, Actor, YearKey], object]


def facts_of(key: YearKey):
    return load_facts(Year.get(key.of(Year)))


def _add(chance: Chance, who: Actor, key: YearKey) -> object:
    amount = chance.choice([-1, 1]) * chance.randrange(100, 20_000)
    advance = chance.choice([None, None, "CP"])
    given = {"advance": advance, "advance_amount": -amount if chance.random() < 0.7 else 50} if advance else {}
    accounts = (Allocation(chance.choice(["61800008", "68000008"]), -amount),) if amount < 0 else ()
    accounts = accounts or (Allocation(chance.choice(["70700008", "74100008"]), amount),)
    moved = {"bank": amount} if chance.random() < 0.7 else {"cash": amount, "bank": 0}
    day = date(key.start_year + 1, chance.randrange(1, 8), 4)
    told = {"allocations": () if advance or chance.random() < 0.3 else accounts, "voucher": chance.choice(["", "7"])}
    return ledger.add_entry(who, key, a_draft(day=day, **moved, **told, **given))


def _entry(chance: Chance, key: YearKey):
    return chance.choice(facts_of(key).entries)


def _tick(chance: Chance, who: Actor, key: YearKey) -> object:
    entry = _entry(chance, key)
    day = None if entry.ticked_on else date(key.start_year + 1, 8, 9)
    return reconciliation.tick_entry(who, key, entry.number, day)


def _answer(chance: Chance, who: Actor, key: YearKey) -> object:
    told = REPORT if chance.random() < 0.7 else {"nb_classes": "x"}
    return activity_report.save_report(who, key, activity_answers(key).fingerprint, told, passing=chance.random() < 0.7)


def _post(chance: Chance, who: Actor, key: YearKey) -> None:
    state = Year.get(key.of(Year)).state
    needs = requirements(facts_of(key), documents_of(key), last_closing(state, moves_of(key)))
    for need in (need for need in needs if not need.settled):
        note_posted(who, key, need.code, TODAY)


def _undo(chance: Chance, who: Actor, key: YearKey) -> object:
    return undo(who, key, chance.choice(last_steps(key, who.person)).id)


def _direct(chance: Chance, who: Actor, key: YearKey) -> object:
    return (direct_report.turn_direct if chance.random() < 0.5 else direct_report.turn_cahier)(who, key)


GRANT = {"organisation": "Mairie", "kind": "commune", "purpose": "", "day": date(2025, 1, 14), "voucher": ""}
GOOD = {"designation": "Piano", "bought_on": date(2024, 12, 3)}
DEEDS: dict[str, Deed] = {
    "add": _add,
    "add again": _add,
    "tick": _tick,
    "tick again": _tick,
    "strike": lambda chance, who, key: ledger.strike_entry(who, key, _entry(chance, key).number),
    "allocate": lambda chance, who, key: ledger.edit_entry(
        who, key, (entry := _entry(chance, key)).number, entry.version, a_draft(day=entry.day)
    ),
    "statement": lambda chance, who, key: reconciliation.set_statement(
        who, key, key.year.last_day, chance.choice([100_000, 98_800, 5])
    ),
    "count": lambda chance, who, key: tables.add_count(who, key, key.year.last_day, [(500, chance.randrange(15))]),
    "grant": lambda chance, who, key: tables.add_row(who, key, Grant, {**GRANT, "amount": chance.randrange(1, 900)}),
    "good": lambda chance, who, key: tables.add_row(who, key, InventoryItem, {**GOOD, "value": 100}),
    "opening": lambda chance, who, key: set_opening(who, key, Opening(chance.randrange(900), 0, 5), "512"),
    "CRA": _answer,
    "documents": _post,
    "undo": _undo,
    "undo again": _undo,
    "direct": _direct,
    "close": lambda chance, who, key: close_year(who, key, lambda: TODAY),
    "send": lambda chance, who, key: moves.send(who, key, lambda: TODAY),
    "withdraw": lambda chance, who, key: moves.withdraw(who, key),
    "take up": lambda chance, who, key: moves.take_up(AD, key),
    "send back": lambda chance, who, key: moves.send_back(AD, key, chance.choice(["cahier", "cra"]), "À revoir"),
    "reopen": lambda chance, who, key: moves.reopen(AD, key, "À revoir"),
    "validate": lambda chance, who, key: moves.validate(AD, key),
    # What a worker does now and then; most of the comparisons come right after it.
    "refresh": lambda chance, who, key: summaries.refresh(),
    "refresh again": lambda chance, who, key: summaries.refresh(),
}


def play(chance: Chance, keys: list[YearKey], steps: int) -> tuple[list[str], int]:
    """Do things at random to two years, comparing all that is kept at every point; give the faults, and how many done.

    What cannot be done now (there is no entry, the year is closed) is passed over.
    """
    done = 0
    for _ in range(steps):
        name = chance.choice(list(DEEDS))
        try:
            DEEDS[name](chance, chance.choice([SOMEONE, Actor("Sacha", 2)]), chance.choice(keys))
        except (Refusal, IndexError):
            continue
        done += 1
        if found := all_faults():
            return [f"after « {name} »", *found], done
    return [], done


def two_years() -> list[YearKey]:
    key = a_year()
    an_advance(key)
    an_entry(key)
    coop = Cooperative.get(Cooperative.identifier == key.coop)
    return [key, open_year(OPERATOR, coop, SchoolYear(key.start_year + 1))]


@pytest.mark.parametrize("seed", range(5))
def test_at_every_point_of_what_people_do_what_is_kept_is_what_is_computed(app: Flask, seed: int) -> None:
    keys = two_years()
    found, done = play(random.Random(seed), keys, 60)
    assert not found, f"seed {seed}: {found}"
    assert done > 20
    summaries.refresh()
    assert (all_faults(), fresh_years()) == ([], 2)


def a_ready_year() -> YearKey:
    key = a_year(cash=0)
    an_entry(key)
    reconciliation.tick_entry(SOMEONE, key, 1, date(2025, 6, 9))
    reconciliation.set_statement(SOMEONE, key, key.year.last_day, 98_800)
    return key


def test_all_the_way_to_the_validation_and_back(app: Flask) -> None:
    """The random walk rarely gets so far: every move of the year is compared, fresh each time."""
    key = a_ready_year()
    walk: list[Callable[[], object]] = [
        lambda: finish(key),
        lambda: moves.send(SOMEONE, key, lambda: TODAY),
        lambda: moves.withdraw(SOMEONE, key),
        lambda: moves.send(SOMEONE, key, lambda: TODAY),
        lambda: moves.take_up(AD, key),
        lambda: moves.send_back(AD, key, "cra", "Le nombre de classes"),
        lambda: moves.send(SOMEONE, key, lambda: TODAY),
        lambda: moves.send_back(AD, key, "cahier", "La facture du car"),
        lambda: ledger.edit_entry(SOMEONE, key, 1, 2, a_draft(label="Car")),
        lambda: close_year(SOMEONE, key, lambda: TODAY),
        # The quitus was signed for the figures of the first closing.
        lambda: post_documents(key, TODAY),
        lambda: moves.send(SOMEONE, key, lambda: TODAY),
        lambda: moves.validate(AD, key),
    ]
    seen = set()
    for step in walk:
        summaries.refresh()
        step()
        assert not summary_of(key).fresh
        assert summaries.refresh() == 1
        assert (faults(Year.get(key.of(Year))), fresh_years()) == ([], 1)
        kept = summary_of(key).summary
        assert kept is not None
        seen.add((Year.get(key.of(Year)).state, kept.sent_back))
    assert seen == {
        ("closed", False), ("sent", False), ("returned", True), ("open", True), ("closed", True), ("validated", False),
    }  # fmt: skip


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_of_each_shared_year(app: Flask, tmp_path: Path, case: str) -> None:
    a_case(case, FileStorage(tmp_path))
    assert summaries.refresh() == 1
    assert (all_faults(), fresh_years()) == ([], 1)


def test_many_years_are_computed_together_in_as_many_queries_as_one(app: Flask, tmp_path: Path) -> None:
    keys = [a_case(case.name, FileStorage(tmp_path)) for case in sorted(CASES.glob("ecole-*"))]
    turned = a_year(a_coop("075-9999"))
    direct_report.turn_direct(SOMEONE, turned)
    coops = [key.coop for key in (*keys, turned)]
    department = Department.get()
    with counted() as alone:
        list(summary_rows.computed(department, [turned.coop], 2024))
    with counted() as together:
        found = dict(summary_rows.computed(department, coops, 2024))
    assert len(found) == 5
    assert len(together) == len(alone) < 25
    assert summaries.refresh() == len(found)
    assert (all_faults(), fresh_years()) == ([], len(found))


def test_a_write_makes_it_stale_and_leaves_the_figures(app: Flask) -> None:
    key = a_year()
    summaries.refresh()
    before = summary_of(key)
    an_entry(key)
    now = summary_of(key)
    assert (before.fresh, now.fresh, now.summary) == (True, False, before.summary)
    row = KeptSummary.get(key.of(KeptSummary))
    assert (row.active_who, row.active_what) == (SOMEONE.name, "ajout")


def test_what_follows_goes_stale_with_the_year_before(app: Flask) -> None:
    first, following = two_years()
    summaries.refresh()
    an_entry(first, voucher="02")
    assert not summary_of(following).fresh


def test_a_write_between_the_reading_and_the_keeping_is_not_lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = a_year()
    real = summaries._keep

    def late(found: summaries._Found, basis: str) -> int:
        an_entry(key)
        return real(found, basis)

    monkeypatch.setattr(summaries, "_keep", late)
    assert summaries.refresh() == 0
    assert not summary_of(key).fresh
    monkeypatch.undo()
    assert (summaries.refresh(), all_faults(), fresh_years()) == (1, [], 1)


def test_a_new_questionnaire_makes_the_years_that_use_it_stale(app: Flask) -> None:
    key = a_year()
    summaries.refresh()
    content = QuestionnaireVersion.get().content
    QuestionnaireVersion.insert(first_year=2024, department="013", content=content + " ").execute()
    assert summary_of(key).fresh
    QuestionnaireVersion.insert(first_year=2024, department="075", content=content + " ").execute()
    assert not summary_of(key).fresh
    assert questionnaire_for(key).questions
    assert (summaries.refresh(), summaries.refresh(), fresh_years()) == (1, 0, 1)


def test_the_limit_of_the_ad_and_its_later_closing_need_no_new_summary(app: Flask) -> None:
    key = a_year()
    for number in range(3):
        an_entry(key, voucher=str(number))
    summaries.refresh()
    Department.update(unticked_limit=2, closing_delay_days=20).execute()
    assert (all_faults(), fresh_years()) == ([], 1)
    summary = summary_of(key).summary
    assert summary is not None
    assert "NON_POINTEES" in blocking_on(summary, Settings(unticked_limit=2), key.year, TODAY)
    assert "NON_POINTEES" not in blocking_on(summary, Settings(unticked_limit=3), key.year, TODAY)


def test_after_an_import_a_restoration_and_a_backup_older_than_the_table(app: Flask, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "pieces")
    key = a_case("ecole-101", storage)
    summaries.refresh()
    coop, year = Cooperative.get(), Year.get(key.of(Year))
    (tmp_path / "annee.zip").write_bytes(export_archive(coop, year, storage))
    ledger.strike_entry(SOMEONE, key, 3)
    import_archive(OPERATOR, tmp_path / "annee.zip", storage, replace=True)
    assert not summary_of(key).fresh
    summaries.refresh()
    an_entry(key, voucher="900")
    backup.save(tmp_path / "tout.zip", storage)
    summaries.refresh()
    backup.restore(tmp_path / "tout.zip", storage)
    assert not summary_of(key).fresh
    summaries.refresh()
    assert (all_faults(), fresh_years()) == ([], 1)
    KeptSummary.delete().execute()
    assert not summary_of(key).fresh
    assert (summaries.refresh(), all_faults(), fresh_years()) == (1, [], 1)
    assert KeptSummary.get().active_who == SOMEONE.name


# The faults put in on purpose: each has to be found.
def _unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_touch", lambda *asked: None)


def _a_cent_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    real = summary_rows.summarise
    monkeypatch.setattr(summary_rows, "summarise", lambda standing: _dearer(real(standing)))


def _dearer(summary: YearSummary) -> YearSummary:
    return replace(summary, bank=summary.bank + 1)


def _shared_out_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    real = summary_rows.summarise
    monkeypatch.setattr(summary_rows, "summarise", lambda standing: replace(real(standing), blocking=()))


@pytest.mark.parametrize("fault", [_unmarked, _a_cent_too_much, _shared_out_wrong])
def test_the_comparison_notices(app: Flask, fault: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    keys = two_years()
    summaries.refresh()
    fault(monkeypatch)
    assert play(random.Random(1), keys, 60)[0]


def test_it_is_deleted_with_its_year(app: Flask) -> None:
    key = a_year()
    database.execute_sql("DELETE FROM school_year")
    assert KeptSummary.get_or_none(key.of(KeptSummary)) is None


def test_the_worker_brings_them_up_to_date(app: Flask) -> None:
    key = a_year()
    an_entry(key)
    jobs.init_app(app)
    assert KeptSummary.get().kept != KeptSummary.get().changes, "negative control: the write left it stale"
    jobs.renew_summaries()
    assert KeptSummary.get().kept == KeptSummary.get().changes
    assert KeptSummary.get().entries == 1
