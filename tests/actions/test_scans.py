"""Scans in the books: whole or absent, in one place, turned without loss, put away and never lost."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from retkoop.actions import ledger, scans
from retkoop.actions.undo import last_steps, undo
from retkoop.documents import RefusedDocument
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.facts import YearFacts
from retkoop.models import Department, Scan, Year, YearKey, history_of, year_facts
from retkoop.storage import Storage
from tests.factories import SOMEONE, a_year, an_entry
from tests.support.ledger_checks import close_at_once, everything_of, told
from tests.support.papers import HOSTILE, a_scan, arrived, bill, picture


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
    assert scans.add_scan(SOMEONE, year, document, None, "cle:1") == 1
    scans.attach_scan(SOMEONE, year, 1, 2)
    before = everything_of(year)
    assert scans.add_scan(SOMEONE, year, document, None, "cle:1") == 1
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


def test_the_step_of_a_scan_is_the_last_thing_done_to_it(year: YearKey, storage: Storage) -> None:
    a_scan(year, storage)
    a_scan(year, storage, colour="red")
    steps = [step.id for step in last_steps(year, SOMEONE.person) if step.subject.startswith("piece")]
    assert [scans.last_step(SOMEONE, year, number) for number in (2, 1)] == steps
    assert scans.last_step(SOMEONE, year, 3) is None
