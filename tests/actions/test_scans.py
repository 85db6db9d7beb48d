"""Scans in the books: whole or absent, in one place, turned without loss, put away and never lost."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from retkoop import documents
from retkoop.actions import ledger, scans
from retkoop.actions.undo import last_steps, undo
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.documents import RefusedDocument
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.facts import YearFacts
from retkoop.journal_rows import history_of
from retkoop.models import Department, Scan, Year, YearKey
from retkoop.storage import Storage
from retkoop.year_rows import year_facts
from tests.factories import SOMEONE, a_year, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told
from tests.support.papers import HOSTILE, a_scan, arrived, bill, pamphlet, picture


@pytest.fixture
def storage(app: Flask) -> Storage:
    """Give the storage of the application."""
    return app.config["STORAGE"]


@pytest.fixture
def year(app: Flask) -> YearKey:
    """Give a year with two entries."""
    key = a_year()
    an_entry(key)
    an_entry(key, label="Papeterie", voucher="02")
    return key


def facts(key: YearKey) -> YearFacts:
    return year_facts(Year.get(key.of(Year)), Department.get_by_id(key.department))


def row(number: int = 1) -> Any:
    return Scan.get(Scan.number == number)


def corner(storage: Storage, number: int = 1) -> tuple[int, int]:
    """Tell in which corner the black of a sheet lies: (0, 0) is the top left one."""
    image = Image.open(BytesIO(storage.get(row(number).digest))).convert("L")
    width, height = image.size
    corners = {(x, y): image.getpixel((x * (width - 1), y * (height - 1))) for x in (0, 1) for y in (0, 1)}
    return min(corners, key=lambda place: corners[place])


# ---- Added


def test_a_scan_of_an_entry_is_stored_with_its_picture_and_its_line(year: YearKey, storage: Storage) -> None:
    assert a_scan(year, storage) == 1
    (found,) = facts(year).by_number[1].scans
    assert (found.name, found.media_type) == ("facture", "image/png")
    assert Image.open(BytesIO(storage.get(found.digest))).size == (60, 90)
    assert Image.open(BytesIO(storage.get(found.thumb_digest))).format == "WEBP"
    label = "01 Librairie du Centre – Albums"
    assert told(year)[-1] == ("ajout", "piece:1", None, {"piece": "facture", "ecriture": label})


def test_what_a_bill_says_is_kept_with_it(year: YearKey, storage: Storage) -> None:
    document = scans.take_in("facture", bill("Le 18/10/2024", "Total TTC 93,63 €"), storage)
    scans.add_scan(SOMEONE, year, document)
    (found,) = facts(year).inbox
    assert found.told == '{"days": ["2024-10-18"], "amounts": [9363]}'


def test_a_file_that_is_refused_leaves_nothing(year: YearKey, storage: Storage, tmp_path: Any) -> None:
    before = everything_of(year)
    with pytest.raises(RefusedDocument):
        scans.take_in("x", HOSTILE, storage)
    assert everything_of(year) == before
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.parent.name == "pieces"] == []


def test_several_scans_of_an_entry_stay_in_the_order_of_their_coming(year: YearKey, storage: Storage) -> None:
    names = ["recto", "verso", "bon"]
    for name, colour in zip(names, ("red", "green", "blue"), strict=True):
        a_scan(year, storage, colour=colour, name=name)
    assert [scan.name for scan in facts(year).by_number[1].scans] == names


def test_the_same_document_sent_again_is_one_scan(year: YearKey, storage: Storage) -> None:
    assert [a_scan(year, storage), a_scan(year, storage, name="encore")] == [1, 1]
    assert a_scan(year, storage, entry=2) == 2, "elsewhere it proves something else"
    assert a_scan(year, storage, entry=None) == 3
    assert len(told(year, "ajout")) == 2 + 3


def test_the_same_form_sent_again_is_one_scan_wherever_it_went_since(year: YearKey, storage: Storage) -> None:
    document = arrived(storage)
    assert scans.add_scan(SOMEONE, year, document, None, "cle:1").number == 1
    scans.attach_scan(SOMEONE, year, 1, 2)
    before = everything_of(year)
    assert scans.add_scan(SOMEONE, year, document, None, "cle:1") == (1, None)
    assert everything_of(year) == before


def test_a_scan_that_was_put_away_may_come_again(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    scans.remove_scan(SOMEONE, year, 1)
    assert a_scan(year, storage) == 2


@pytest.mark.parametrize("entry", [3, 99])
def test_it_refuses_an_entry_that_is_not_in_the_cahier(year: YearKey, storage: Storage, entry: int) -> None:
    an_entry(year, voucher="03")
    ledger.strike_entry(SOMEONE, year, 3)
    a_scan(year, storage, entry=None)
    before = everything_of(year)
    with pytest.raises(Refusal, match="n’est plus, dans le cahier"):
        a_scan(year, storage, entry=entry, colour="red")
    with pytest.raises(Refusal, match="n’est plus, dans le cahier"):
        scans.attach_scan(SOMEONE, year, 1, entry)
    assert everything_of(year) == before


def test_an_entry_holds_no_more_than_an_archive_takes_back(
    year: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "MOST", 2)
    for colour in ("red", "green"):
        a_scan(year, storage, colour=colour)
    a_scan(year, storage, entry=None)
    with pytest.raises(Refusal, match="déjà 2 pièces"):
        a_scan(year, storage, colour="blue")
    with pytest.raises(Refusal, match="déjà 2 pièces"):
        scans.attach_scan(SOMEONE, year, 3, 1)
    scans.remove_scan(SOMEONE, year, 1)
    scans.attach_scan(SOMEONE, year, 3, 1)


# ---- Moved


def test_a_scan_goes_from_the_inbox_to_an_entry_and_back(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage, entry=None)
    assert [scan.number for scan in facts(year).inbox] == [1]
    scans.attach_scan(SOMEONE, year, 1, 2)
    assert facts(year).inbox == ()
    assert [scan.number for scan in facts(year).by_number[2].scans] == [1]
    assert told(year)[-1][:2] == ("rattachement", "piece:1")
    scans.attach_scan(SOMEONE, year, 1, None)
    assert [scan.number for scan in facts(year).inbox] == [1]
    before = {"piece": "facture", "ecriture": "02 Papeterie"}
    assert told(year)[-1] == ("mise en attente", "piece:1", before, {"piece": "facture", "ecriture": None})


def test_joined_twice_it_is_joined_once(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    before = told(year)
    scans.attach_scan(SOMEONE, year, 1, 1)
    assert told(year) == before


# ---- Turned


@pytest.mark.parametrize(("quarters", "expected"), [(0, (0, 0)), (1, (1, 0)), (2, (1, 1)), (3, (0, 1))])
def test_a_scan_is_turned_clockwise(year: YearKey, storage: Storage, quarters: int, expected: tuple[int, int]) -> None:
    a_scan(year, storage)
    scans.turn_scan(SOMEONE, year, 1, scans.turned(year, 1, quarters, storage))
    assert corner(storage) == expected
    assert Image.open(BytesIO(storage.get(row().thumb_digest))).size == ((60, 90) if quarters % 2 == 0 else (90, 60))


def test_four_turns_give_back_the_very_bytes_that_came_in(year: YearKey, storage: Storage) -> None:
    data = picture("teal", "JPEG", (600, 900))
    scans.add_scan(SOMEONE, year, scans.take_in("photo", data, storage), 1)
    first = row().digest
    for quarters in (1, 2, 3, 0):
        scans.turn_scan(SOMEONE, year, 1, scans.turned(year, 1, quarters, storage))
    assert row().digest == first
    assert (row().source_digest, row().turn) == (first, 0)


def test_a_turn_asked_for_twice_is_made_once(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    for _ in range(2):
        scans.turn_scan(SOMEONE, year, 1, scans.turned(year, 1, 1, storage))
    assert len(told(year, "rotation")) == 1
    assert corner(storage) == (1, 0)


def test_a_scan_replaced_meanwhile_is_not_turned(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    late = scans.turned(year, 1, 1, storage)
    scans.replace_scan(SOMEONE, year, 1, arrived(storage, "red", "autre"))
    before = everything_of(year)
    with pytest.raises(Conflict, match="remplacée entre-temps"):
        scans.turn_scan(SOMEONE, year, 1, late)
    assert everything_of(year) == before


def test_a_scan_of_an_import_is_turned_too(year: YearKey, storage: Storage) -> None:
    """It has no source of its own: what was imported is what first came in."""
    a_scan(year, storage)
    Scan.update(source_digest="", thumb_digest="").execute()
    scans.turn_scan(SOMEONE, year, 1, scans.turned(year, 1, 3, storage))
    assert corner(storage) == (0, 1)


# ---- Replaced, put away, brought back


def test_a_replaced_scan_keeps_its_number_and_its_past(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    a_scan(year, storage, colour="blue", name="verso")
    first = row().digest
    scans.turn_scan(SOMEONE, year, 1, scans.turned(year, 1, 1, storage))
    scans.replace_scan(SOMEONE, year, 1, arrived(storage, "red", "facture nette"))
    assert [scan.name for scan in facts(year).by_number[1].scans] == ["facture nette", "verso"]
    assert row().turn == 0
    assert storage.has(first), "the bytes of a scan are never thrown away"
    actions = [line.action for line in history_of(year, "piece:1")]
    assert actions == ["remplacement", "rotation", "ajout"]
    assert {line.who for line in history_of(year, "piece:1")} == {SOMEONE.name}


def test_a_scan_put_away_leaves_its_entry_and_comes_back(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    for _ in range(2):
        scans.remove_scan(SOMEONE, year, 1)
    assert facts(year).by_number[1].scans == ()
    assert scans.removed_scans(year, 1) == [scans.Removed(1, "facture")]
    assert scans.removed_scans(year, None) == []
    for _ in range(2):
        scans.restore_scan(SOMEONE, year, 1)
    assert len(facts(year).by_number[1].scans) == 1
    assert [line.action for line in history_of(year, "piece:1")] == ["rétablissement", "suppression", "ajout"]


CHANGES: dict[str, Callable[[YearKey, Storage], object]] = {
    "attach": lambda k, s: scans.attach_scan(SOMEONE, k, 1, 2),
    "detach": lambda k, s: scans.attach_scan(SOMEONE, k, 1, None),
    "turn": lambda k, s: scans.turn_scan(SOMEONE, k, 1, scans.turned(k, 1, 1, s)),
    "replace": lambda k, s: scans.replace_scan(SOMEONE, k, 1, arrived(s, "red", "autre")),
    "remove": lambda k, s: scans.remove_scan(SOMEONE, k, 1),
}


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "remove"])
def test_a_scan_put_away_is_not_changed(year: YearKey, storage: Storage, name: str) -> None:
    a_scan(year, storage)
    scans.remove_scan(SOMEONE, year, 1)
    before = everything_of(year)
    with pytest.raises(NotFound, match="rétablissez-la d’abord"):
        CHANGES[name](year, storage)
    assert everything_of(year) == before


@pytest.mark.parametrize("name", CHANGES)
def test_it_refuses_a_closed_year(year: YearKey, storage: Storage, name: str) -> None:
    a_scan(year, storage)
    close_at_once(year)
    before = everything_of(year)
    with pytest.raises(Conflict, match="clos"):
        CHANGES[name](year, storage)
    assert everything_of(year) == before


# ---- Taken back


def plainly(found: YearFacts) -> Any:
    def bare(scan: Any) -> Any:
        return scan.number, scan.name, scan.digest, scan.thumb_digest, scan.turn

    return [list(map(bare, entry.scans)) for entry in found.entries], list(map(bare, found.inbox))


@pytest.mark.parametrize("name", ["add", *CHANGES])
def test_each_change_is_taken_back_and_done_again(year: YearKey, storage: Storage, name: str) -> None:
    if name != "add":
        a_scan(year, storage)
    before = plainly(facts(year))
    (CHANGES.get(name) or a_scan)(year, storage)
    after = plainly(facts(year))
    assert after != before
    for expected in (before, after, before):
        undo(SOMEONE, year, last_steps(year, SOMEONE.person)[0].id)
        assert plainly(facts(year)) == expected
    assert all(storage.has(scan[2]) for scans_of in after[0] for scan in scans_of)


STEPS: dict[str, Callable[[YearKey, Storage], Any]] = {
    **CHANGES,
    "add": lambda k, s: scans.add_scan(SOMEONE, k, arrived(s, "red"), 1).step,
    "put first": lambda k, s: scans.put_first(SOMEONE, k, 2, row(2).version),
    "restore": lambda k, s: scans.restore_scan(SOMEONE, k, 3),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_write_gives_its_step_and_none_when_it_changed_nothing(year: YearKey, storage: Storage, name: str) -> None:
    for colour in ("teal", "navy", "gold"):
        a_scan(year, storage, colour=colour)
    scans.remove_scan(SOMEONE, year, 3)
    assert STEPS[name](year, storage) == last_steps(year, SOMEONE.person)[0].id
    assert STEPS[name](year, storage) is None


def test_what_a_colleague_had_joined_is_no_step_of_mine(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    assert scans.add_scan(Actor("Dominique", 99), year, arrived(storage), 1) == (1, None)


# ---- Never more than an archive takes back


def full(key: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> int:
    """Fill entry 1 beside scan 1, which is put away; give the step of that."""
    monkeypatch.setattr(scans, "MOST", 2)
    for colour in ("red", "green"):
        a_scan(key, storage, colour=colour)
    step = scans.remove_scan(SOMEONE, key, 1)
    a_scan(key, storage, colour="blue")
    assert step
    return step


def test_a_scan_is_not_brought_back_to_a_full_entry(
    year: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(year, storage, monkeypatch)
    with pytest.raises(Refusal, match="déjà 2 pièces"):
        scans.restore_scan(SOMEONE, year, 1)
    scans.remove_scan(SOMEONE, year, 2)
    assert scans.restore_scan(SOMEONE, year, 1)


def test_no_undo_brings_one_back_to_a_full_entry(
    year: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = full(year, storage, monkeypatch)
    detached = scans.attach_scan(SOMEONE, year, 2, None)
    assert detached
    a_scan(year, storage, colour="black")
    for step in (removed, detached):
        before = everything_of(year)
        with pytest.raises(Refusal, match="déjà 2 pièces"):
            undo(SOMEONE, year, step)
        assert everything_of(year) == before


def test_the_inbox_holds_any_number(year: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "MOST", 1)
    for colour in ("red", "green"):
        a_scan(year, storage, entry=None, colour=colour)
    undo(SOMEONE, year, scans.remove_scan(SOMEONE, year, 1) or 0)
    assert len(facts(year).inbox) == 2


def test_a_form_sent_again_after_its_scan_was_put_away_brings_it_once_more(year: YearKey, storage: Storage) -> None:
    document = arrived(storage)
    scans.add_scan(SOMEONE, year, document, 1, "cle:1")
    scans.remove_scan(SOMEONE, year, 1)
    again = scans.add_scan(SOMEONE, year, document, 1, "cle:1")
    assert (again.number, bool(again.step)) == (2, True)
    assert scans.add_scan(SOMEONE, year, document, 1, "cle:1") == (2, None)
    assert [scan.number for scan in facts(year).by_number[1].scans] == [2]


def test_the_scans_of_a_struck_entry_wait_with_it(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    a_scan(year, storage, colour="red", entry=None)
    assert facts(year).struck_scans == ()
    ledger.strike_entry(SOMEONE, year, 1)
    assert [scan.number for scan in facts(year).struck_scans] == [1]
    scans.attach_scan(SOMEONE, year, 1, None)
    assert [scan.number for scan in facts(year).inbox] == [1, 2]
    assert facts(year).struck_scans == ()


def test_others_have_the_connection_while_a_document_is_cleaned_or_turned(
    year: YearKey, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def noticed(data: bytes, quarters: int = 0) -> documents.CleanDocument:
        held.append(not database.is_closed())
        return clean(data, quarters)

    clean = documents.turned
    monkeypatch.setattr(documents, "turned", noticed)
    monkeypatch.setattr(documents, "clean", noticed)
    a_scan(year, storage)
    scans.turned(year, 1, 1, storage)
    assert held == [False, False]
    assert not database.is_closed(), "it is taken again"


# ---- In order


@pytest.fixture
def three(year: YearKey, storage: Storage) -> YearKey:
    """Give the year whose entry 1 has three scans."""
    for name, colour in (("recto", "red"), ("verso", "green"), ("bon", "blue")):
        a_scan(year, storage, colour=colour, name=name)
    return year


def order(key: YearKey) -> list[str]:
    return [scan.name for scan in facts(key).by_number[1].scans]


def test_any_order_is_made_by_putting_one_first_after_the_other(three: YearKey) -> None:
    assert scans.put_first(SOMEONE, three, 2, 1)
    assert order(three) == ["verso", "recto", "bon"]
    assert scans.put_first(SOMEONE, three, 3, 1)
    assert order(three) == ["bon", "verso", "recto"]
    assert told(three)[-1] == (
        "mise en premier", "piece:3", {"piece": "bon", "rang": 3}, {"piece": "bon", "rang": 1}
    )  # fmt: skip


def test_the_first_one_is_left_where_it_is(three: YearKey) -> None:
    before = everything_of(three)
    assert not scans.put_first(SOMEONE, three, 1, 1)
    assert everything_of(three)["journal"] == before["journal"]
    assert order(three) == ["recto", "verso", "bon"]


def test_an_order_is_taken_back(three: YearKey) -> None:
    scans.put_first(SOMEONE, three, 2, 1)
    scans.put_first(SOMEONE, three, 3, 1)
    for expected in (["verso", "recto", "bon"], ["recto", "verso", "bon"]):
        standing = next(step for step in last_steps(three, SOMEONE.person) if step.action == "mise en premier")
        undo(SOMEONE, three, standing.id)
        assert order(three) == expected


def test_one_that_changed_meanwhile_is_not_put_first(three: YearKey) -> None:
    before = everything_of(three)
    with pytest.raises(Conflict, match="a changé entre-temps"):
        scans.put_first(SOMEONE, three, 2, 2)
    assert everything_of(three) == before


def test_one_that_waits_or_was_put_away_is_not_put_first(three: YearKey) -> None:
    scans.attach_scan(SOMEONE, three, 2, None)
    with pytest.raises(Refusal, match="Joignez d’abord"):
        scans.put_first(SOMEONE, three, 2, 2)
    scans.remove_scan(SOMEONE, three, 3)
    with pytest.raises(NotFound, match="rétablissez-la"):
        scans.put_first(SOMEONE, three, 3, 2)


def test_elsewhere_it_comes_last_and_an_undo_brings_it_back_first(three: YearKey, storage: Storage) -> None:
    a_scan(three, storage, entry=2, colour="black", name="autre")
    scans.put_first(SOMEONE, three, 3, 1)
    scans.attach_scan(SOMEONE, three, 3, 2)
    scans.put_first(SOMEONE, three, 4, 1)
    assert [scan.name for scan in facts(three).by_number[2].scans] == ["autre", "bon"]
    moved = next(step for step in last_steps(three, SOMEONE.person) if step.action == "rattachement")
    undo(SOMEONE, three, moved.id)
    assert order(three) == ["bon", "recto", "verso"]


def test_the_pages_are_counted_as_they_come_in(year: YearKey, storage: Storage) -> None:
    scans.add_scan(SOMEONE, year, scans.take_in("releve", pamphlet("Une", "Deux"), storage), 1)
    assert facts(year).by_number[1].scans[0].pages == 2
    scans.replace_scan(SOMEONE, year, 1, arrived(storage))
    assert facts(year).by_number[1].scans[0].pages == 1
