"""The sample of a year is drawn and looked at until the AD has validated; nothing of the cahier changes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import ledger, quitus
from retkoop.actions.quitus import Changed, draw_sample, look
from retkoop.actions.years import load_facts
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import VoucherDraw, VoucherLook, Year, YearKey
from retkoop.quitus_rows import changed_since, draw_of, looks_of
from retkoop.voucher_sample import AGAIN, SEEN, Draw, Since, sample, take
from tests.factories import SOMEONE, a_coop, a_year, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told

ANNE, ZOE = Actor("Anne, parent d’élève", 11), Actor("Zoé", 12)


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year with entries 1 and 2, the second one struck out."""
    key = a_year()
    an_entry(key)
    an_entry(key)
    ledger.strike_entry(SOMEONE, key, 2)
    return key


def said(key: YearKey) -> list[tuple[int, str, str, str]]:
    return [(one.entry, one.who, one.verdict, one.remark) for one in looks_of(key)]


def cahier(key: YearKey) -> Iterator[object]:
    """Give all that the year holds but its version, its journal, and what vérificateurs write."""
    for table, rows in everything_of(key).items():
        if table not in ("journal", "voucher_draw", "voucher_look", "school_year"):
            yield table, rows


# ---- The draw


def test_it_is_drawn_once_and_told(key: YearKey) -> None:
    assert draw_of(key) is None
    before = list(cahier(key))
    assert draw_sample(SOMEONE, key, 0, 15_000, 10)
    draw = draw_of(key)
    assert draw is not None
    assert 100_000 <= draw.number <= 999_999
    assert (draw.rank, draw.above, draw.chance) == (1, 15_000, 10)
    kept = {"number": draw.number, "rank": 1, "above": 15_000, "chance": 10}
    assert told(key)[-1] == ("tirage", "echantillon", None, kept)
    assert list(cahier(key)) == before


def test_what_is_added_or_struck_out_later_changes_nothing_of_the_sample_and_is_told(key: YearKey) -> None:
    for _ in range(20):
        an_entry(key)
    draw_sample(SOMEONE, key, 0, 999_999_999, 10)
    draw = draw_of(key)
    assert draw is not None
    assert draw.taken is not None
    facts = load_facts(Year.get(key.of(Year)))
    assert draw.taken == take(facts.entries, Draw(draw.number, 1, 999_999_999, 10), facts.chart.grant_codes)
    assert changed_since(key, facts, draw) == Since()
    for _ in range(15):
        an_entry(key)
    gone, spared = draw.taken[0], next(e.number for e in facts.entries if e.number not in draw.taken)
    ledger.strike_entry(SOMEONE, key, gone)
    ledger.strike_entry(SOMEONE, key, spared)
    facts = load_facts(Year.get(key.of(Year)))
    assert [line.entry.number for line in sample(facts, draw)] == list(draw.taken[1:])
    since = changed_since(key, facts, draw)
    assert (since.added, [entry.number for entry in since.struck]) == (15, [gone])
    # Negative control: a draw over the entries of today is another sample.
    now = replace(draw, taken=None)
    assert [line.entry.number for line in sample(facts, now)] != list(draw.taken[1:])


def test_what_is_sent_twice_draws_once(key: YearKey) -> None:
    assert draw_sample(SOMEONE, key, 0, 15_000, 10)
    before = everything_of(key)
    assert not draw_sample(SOMEONE, key, 0, 15_000, 10)
    assert everything_of(key)["voucher_draw"] == before["voucher_draw"]
    assert everything_of(key)["journal"] == before["journal"]


def test_a_new_draw_counts_one_more_and_keeps_what_was_seen(key: YearKey) -> None:
    draw_sample(SOMEONE, key, 0, 15_000, 10)
    look(ANNE, key, 1, 0, SEEN)
    first, looks = draw_of(key), looks_of(key)
    assert draw_sample(ANNE, key, 1, 5_000, 3)
    second = draw_of(key)
    assert first is not None
    assert second is not None
    assert (second.rank, second.above, second.chance) == (2, 5_000, 3)
    assert looks_of(key) == looks
    assert told(key)[-1][2]["number"] == first.number


@pytest.mark.parametrize(("above", "chance"), [(-1, 10), (1_000_000_000, 10), (0, -1), (0, 51)])
def test_what_is_no_draw_is_refused(key: YearKey, above: int, chance: int) -> None:
    with pytest.raises(Refusal):
        draw_sample(SOMEONE, key, 0, above, chance)
    assert draw_of(key) is None


def test_draws_are_bounded(key: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quitus, "MOST_DRAWS", 1)
    draw_sample(SOMEONE, key, 0, 0, 0)
    with pytest.raises(Refusal, match="déjà été tiré"):
        draw_sample(SOMEONE, key, 1, 0, 0)


# ---- What was seen


def test_each_says_what_they_saw_for_themselves(key: YearKey) -> None:
    before = list(cahier(key))
    look(ANNE, key, 1, 0, SEEN)
    look(ZOE, key, 1, 0, AGAIN, "Illisible")
    assert said(key) == [(1, ANNE.name, SEEN, ""), (1, ZOE.name, AGAIN, "Illisible")]
    nothing = {"verdict": "", "remark": ""}
    assert told(key)[-1] == ("vérification", "verification:1", nothing, {"verdict": AGAIN, "remark": "Illisible"})
    assert list(cahier(key)) == before


def test_a_verdict_leaves_the_remark_and_a_remark_the_verdict(key: YearKey) -> None:
    look(ANNE, key, 1, 0, SEEN, "Ticket")
    look(ANNE, key, 1, 1, AGAIN)
    assert said(key) == [(1, ANNE.name, AGAIN, "Ticket")]
    look(ANNE, key, 1, 2, None, "Facture")
    assert said(key) == [(1, ANNE.name, AGAIN, "Facture")]


def test_what_says_nothing_more_is_gone(key: YearKey) -> None:
    look(ANNE, key, 1, 0, SEEN)
    look(ANNE, key, 1, 1, "", "")
    assert said(key) == []
    assert told(key)[-1][3] == {"verdict": "", "remark": ""}


def test_what_is_sent_twice_is_kept_once(key: YearKey) -> None:
    assert look(ANNE, key, 1, 0, SEEN, "Ticket")
    lines = told(key)
    assert not look(ANNE, key, 1, 0, SEEN, "Ticket")
    assert told(key) == lines


def test_a_remark_of_another_tab_is_not_written_over(key: YearKey) -> None:
    look(ANNE, key, 1, 0, None, "Ticket")
    with pytest.raises(Changed):
        look(ANNE, key, 1, 0, SEEN, "Facture")
    assert said(key) == [(1, ANNE.name, "", "Ticket")]
    assert look(ANNE, key, 1, 0, SEEN), "a click on a verdict says what it says, whatever was read"


@pytest.mark.parametrize("entry", [2, 3, 0, -1])
def test_what_is_not_in_the_cahier_is_not_looked_at(key: YearKey, entry: int) -> None:
    before = everything_of(key)
    with pytest.raises(NotFound):
        look(ANNE, key, entry, 0, SEEN)
    assert everything_of(key) == before


@pytest.mark.parametrize(("verdict", "remark"), [("faux", None), (None, "x" * 301)])
def test_what_is_no_look_is_refused(key: YearKey, verdict: str | None, remark: str | None) -> None:
    with pytest.raises(Refusal):
        look(ANNE, key, 1, 0, verdict, remark)
    with pytest.raises(Refusal):
        look(Actor("commande"), key, 1, 0, SEEN)
    assert said(key) == []


def test_the_closing_does_not_end_it_and_nothing_else_of_the_year_moves(key: YearKey) -> None:
    elsewhere = a_year(a_coop("075-0002"))
    an_entry(elsewhere)
    others = everything_of(elsewhere)
    close_at_once(key)
    row = Year.get(key.of(Year)).__data__
    assert draw_sample(SOMEONE, key, 0, 0, 0)
    assert look(ANNE, key, 1, 0, SEEN)
    assert Year.get(key.of(Year)).__data__ == row
    assert everything_of(elsewhere) == others


def test_it_ends_where_the_states_say(key: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control is the test above: nothing but the list of states stands between the two."""
    close_at_once(key)
    monkeypatch.setattr(quitus, "LOOKED_AT_IN", quitus.LOOKED_AT_IN - {"closed"})
    before = everything_of(key)
    with pytest.raises(Conflict, match="validé"):
        look(ANNE, key, 1, 0, SEEN)
    assert everything_of(key) == before
    assert "validated" not in quitus.LOOKED_AT_IN
    assert {"open", "closed", "sent", "returned"} - {"closed"} == quitus.LOOKED_AT_IN


@pytest.mark.parametrize("work", [lambda k: draw_sample(SOMEONE, k, 0, 0, 0), lambda k: look(ANNE, k, 1, 0, SEEN)])
def test_a_year_that_does_not_exist_is_not_found(key: YearKey, work: object) -> None:
    with pytest.raises(NotFound):
        work(key._replace(start_year=2001))  # type: ignore[operator]


LOOK = {"entry": 1, "person": 1, "who": "Anne", "verdict": "vu", "remark": "", "at": "2025-09-05T12:00:00+00:00"}
DRAW = {"number": 123_456, "rank": 1, "above": 0, "chance": 0}


@pytest.mark.parametrize(
    ("table", "values", "name"),
    [
        (VoucherLook, {**LOOK, "verdict": ""}, "voucher_look_says_something"),
        (VoucherLook, {**LOOK, "verdict": "faux"}, "voucher_look_verdict_known"),
        (VoucherLook, {**LOOK, "remark": "x" * 301}, "voucher_look_remark_length"),
        (VoucherLook, {**LOOK, "who": ""}, "voucher_look_who_length"),
        (VoucherDraw, {**DRAW, "number": 99_999}, "voucher_draw_number"),
        (VoucherDraw, {**DRAW, "rank": 0}, "voucher_draw_rank"),
        (VoucherDraw, {**DRAW, "above": -1}, "voucher_draw_above"),
        (VoucherDraw, {**DRAW, "chance": 51}, "voucher_draw_chance"),
        (VoucherDraw, {**DRAW, "taken": "1" * 150_001}, "voucher_draw_taken_length"),
        (VoucherDraw, {**DRAW, "among": -1}, "voucher_draw_among_known"),
    ],
)
def test_the_database_refuses_what_means_nothing(
    key: YearKey, table: object, values: dict[str, object], name: str
) -> None:
    with pytest.raises(PeeweeException, match=name), database.atomic():
        table.insert(**key._asdict(), **values).execute()  # type: ignore[attr-defined]
