"""The drawn sample: found again from its number, all that must be there always there, nobody moved by a new entry."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from retkoop.chart import read_chart
from retkoop.facts import Allocation, Entry, Opening, YearFacts
from retkoop.school_year import SchoolYear
from retkoop.voucher_sample import (
    AGAIN,
    BEFORE,
    BY_CHANCE,
    CASH,
    GRANT,
    LARGE,
    SEEN,
    Draw,
    Look,
    Progress,
    by_chance,
    by_person,
    compact,
    lacks_parent,
    listed,
    looked_at,
    place,
    progress,
    sample,
    size,
)  # fmt: skip

TABLE = Path(__file__).parents[1] / "retkoop" / "data" / "plan_comptable_2024.csv"
CHART = read_chart(TABLE.read_text("utf-8").splitlines())
NOON = datetime(2025, 9, 5, 12, tzinfo=UTC)
SEEDS = range(20)


def an_entry(number: int, bank: int = -1_000, cash: int = 0, account: str = "61800008", **values: object) -> Entry:
    lines = (Allocation(account, abs(bank + cash)),)
    made = Entry(number, f"{number:03d}", date(2024, 11, 4), "Livres", "", None, bank, cash, None, 0, None, lines)
    return replace(made, **values)  # type: ignore[arg-type]


def a_year(*entries: Entry) -> YearFacts:
    return YearFacts(SchoolYear(2024), "512", CHART, Opening(0, 0, 0), entries)


def at_random(chance: random.Random, count: int = 300) -> YearFacts:
    """Make a year of every kind of entry."""

    def made() -> Iterator[Entry]:
        for number in range(1, count + 1):
            amount, kind = chance.randint(1, 30_000), chance.random()
            if kind < 0.1:
                yield an_entry(number, 0, -amount)
            elif kind < 0.15:
                yield an_entry(number, amount, account="74100008")
            elif kind < 0.2:
                yield an_entry(number, -amount, advance="CP", advance_amount=amount, allocations=())
            else:
                yield an_entry(number, chance.choice((-amount, amount)))

    return a_year(*made())


def numbers(facts: YearFacts, draw: Draw) -> list[int]:
    return [line.entry.number for line in sample(facts, draw)]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_is_large_in_cash_or_a_grant_is_always_there_and_chance_completes_it(seed: int) -> None:
    facts, draw = at_random(random.Random(seed)), Draw(100_000 + seed)
    drawn = {line.entry.number: line.reasons for line in sample(facts, draw)}
    certain = {
        entry.number
        for entry in facts.entries
        if max(abs(entry.bank), abs(entry.cash), abs(entry.advance_amount)) > 15_000
        or entry.cash
        or entry.allocations[:1] == (Allocation("74100008", entry.bank),)
    }
    assert certain <= drawn.keys()
    assert len(drawn) == len(certain) + 10
    assert {number for number, why in drawn.items() if why == (BY_CHANCE,)} == drawn.keys() - certain


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_number_draws_the_same_entries_however_they_stand(seed: int) -> None:
    chance = random.Random(seed)
    facts = at_random(chance)
    mixed = replace(facts, entries=tuple(chance.sample(facts.entries, len(facts.entries))))
    assert sorted(numbers(facts, Draw(483_920))) == sorted(numbers(mixed, Draw(483_920)))
    assert numbers(facts, Draw(483_920)) != numbers(facts, Draw(483_921)), "another number draws others"


def test_the_rule_is_written_down_and_anybody_may_follow_it() -> None:
    facts = a_year(*(an_entry(number) for number in range(1, 41)))
    by_hand = sorted(range(1, 41), key=lambda n: sha256(f"483920:{n}".encode()).hexdigest())[:10]
    assert numbers(facts, Draw(483_920)) == sorted(by_hand)
    # What was printed once must be found again in ten years: `printf 483920:12 | sha256sum`.
    assert place(483_920, 12) == "37113aebc968425a2de533c27087fc8aca9e946f00b0ea2e2d28427e405a82a6"


@pytest.mark.parametrize("seed", SEEDS)
def test_an_entry_that_is_added_or_struck_out_moves_one_other_at_most(seed: int) -> None:
    chance = random.Random(seed)
    facts, draw = at_random(chance), Draw(chance.randint(100_000, 999_999))
    added = replace(facts, entries=(*facts.entries, an_entry(301)))
    before, after = set(numbers(facts, draw)), set(numbers(added, draw))
    assert after - before <= {301}
    assert len(before - after) == len(after - before)
    struck = chance.choice(facts.entries)
    left = set(numbers(replace(facts, entries=tuple(e for e in facts.entries if e != struck)), draw))
    assert before - left <= {struck.number}
    assert len(left - before) <= 1


def test_a_draw_that_looks_at_places_instead_of_numbers_would_move_many() -> None:
    """Negative control: chance fed with the place in the list moves others when an entry comes first."""
    facts = at_random(random.Random(3))
    renumbered = replace(facts, entries=tuple(replace(e, number=e.number + 1) for e in facts.entries))
    moved = {number + 1 for number in numbers(facts, Draw(1))} ^ set(numbers(renumbered, Draw(1)))
    assert len(moved) > 2


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (an_entry(1, -15_000), ()),
        (an_entry(1, -15_001), (LARGE,)),
        (an_entry(1, 15_001), (LARGE,)),
        (an_entry(1, -10_000, -10_000), (LARGE, CASH)),
        (an_entry(1, 0, 1), (CASH,)),
        (an_entry(1, 10, account="74100008"), (GRANT,)),
        (an_entry(1, 49_900, -49_900, allocations=()), (LARGE, CASH)),
        (an_entry(1, 0, advance="CP", advance_amount=-20_000), (LARGE,)),
    ],
)
def test_why_an_entry_is_in_the_sample(entry: Entry, why: tuple[str, ...]) -> None:
    drawn = sample(a_year(entry), Draw(100_000, chance=0))
    assert [line.reasons for line in drawn] == ([why] if why else [])


def test_the_amount_and_the_number_by_chance_are_those_of_the_draw() -> None:
    facts = a_year(*(an_entry(n, -n * 100) for n in range(1, 51)))
    assert numbers(facts, Draw(1, above=4_000, chance=0)) == list(range(41, 51))
    assert len(sample(facts, Draw(1, above=4_000, chance=5))) == 15
    assert len(sample(facts, Draw(1, above=999_999_999, chance=50))) == 50
    assert sample(a_year(), Draw(1)) == ()
    assert size(an_entry(1, -100, 300)) == 300


def a_look(entry: int, verdict: str = SEEN, remark: str = "", person: int = 1, who: str = "Anne") -> Look:
    return Look(entry, person, who, verdict, remark, NOON)


def test_what_was_looked_at_stays_in_sight_when_another_draw_leaves_it_out() -> None:
    facts = a_year(*(an_entry(n) for n in range(1, 41)))
    out = next(n for n in range(1, 41) if n not in numbers(facts, Draw(5)))
    found = {line.entry.number: line.reasons for line in sample(facts, Draw(5), {out})}
    assert found[out] == (BEFORE,)
    assert len(found) == 11


def test_looks_at_entries_that_were_struck_out_are_not_told() -> None:
    assert [look.entry for look in looked_at(a_year(an_entry(2)), [a_look(1), a_look(2)])] == [2]


def test_the_progress_counts_entries_once_and_doubt_wins() -> None:
    facts = a_year(*(an_entry(n, 0, 100) for n in range(1, 6)), an_entry(6))
    looks = [
        a_look(1),
        a_look(1, AGAIN, person=2),
        a_look(2),
        a_look(2, person=2),
        a_look(3, "", "illisible"),
        a_look(6),
    ]
    drawn = sample(facts, Draw(1, chance=0), {6})
    assert progress(drawn, looks) == Progress(drawn=5, left=3, seen=1, again=1)


def test_the_looks_of_each_person_are_added_up() -> None:
    looks = [a_look(1), a_look(2, AGAIN, "à refaire"), a_look(1, person=2, who="Zoé"), a_look(3, "", "?", 2, "Zoé")]
    assert [one[1:5] for one in by_person(looks)] == [("Anne", 1, 1, 1), ("Zoé", 1, 0, 1)]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["02", "01"], "01, 02"),
        (["01", "02", "03", "05"], "01 à 03, 05"),
        (["D10", "D2", "D9", "D11"], "D2, D9 à D11"),
        (["099", "100", "101"], "099 à 101"),
        (["01", "01"], "01, 01"),
    ],
)
def test_numbers_are_written_shortly(names: list[str], words: str) -> None:
    assert compact(names, 100) == (words, 0)


@pytest.mark.parametrize("room", [10, 50, 200])
def test_what_has_no_room_is_counted(room: int) -> None:
    names = [f"{n * 2:03d}" for n in range(1, 100)]
    text, left = compact(names, room)
    assert len(text) <= room
    assert len(text.split(", ")) + left == 99


def test_on_paper_each_entry_stands_once() -> None:
    facts = at_random(random.Random(1), 60)
    drawn = sample(facts, Draw(1))
    groups = listed(drawn, 2_000)
    assert sum(group.number for group in groups) == len(drawn)
    assert [group.reason for group in groups] == [GRANT, LARGE, CASH, BY_CHANCE]


def test_entries_without_a_voucher_are_printed_as_people_know_them_after_the_others() -> None:
    facts = a_year(an_entry(1, 0, 1, voucher=""), an_entry(2, 0, 1), an_entry(3, 0, 1, voucher="", label="Mot " * 30))
    ((_, number, text, left),) = listed(sample(facts, Draw(1)), 200)
    assert (number, left) == (3, 0)
    assert text == f"002, 04/11/2024 Livres, 04/11/2024 {'Mot ' * 9}Mot…"


def test_the_number_that_came_by_chance_is_the_real_one() -> None:
    facts = a_year(*(an_entry(n) for n in range(1, 10)), an_entry(10, 0, 100))
    assert by_chance(sample(facts, Draw(1))) == 9
    assert by_chance(sample(facts, Draw(1, chance=4))) == 4


@pytest.mark.parametrize(
    ("qualities", "lacking"),
    [
        ([], False), (["enseignant"], False), (["enseignant", "autre"], True), (["enseignant", "parent"], False),
        (["enseignant", ""], False),
    ],
)  # fmt: skip
def test_a_parent_lacks_only_when_two_are_known_and_none_is_one(qualities: list[str], lacking: bool) -> None:
    assert lacks_parent(qualities) is lacking
