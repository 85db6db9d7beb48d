"""Names of files are data; an entry is found by what a person types of it."""

from __future__ import annotations

import unicodedata
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from retkoop.documents.common import MAX_BYTES
from retkoop.errors import Refusal
from retkoop.facts import Allocation
from retkoop.forms.scans import (
    LONGEST_NAME,
    MOST_FILES,
    NAMELESS,
    EntryChoice,
    accepted,
    document_name,
    entry_words,
    read_files,
)  # fmt: skip
from tests.support.year_facts import entry

NAMES = {
    "facture.pdf": "facture", "../../x.png": "x", "..\\..\\x.png": "x", "/etc/passwd": "passwd",
    "C:\\Mes documents\\Facture n°3.PDF": "Facture n°3", "fac\u202egnp.exe.png": "fac gnp.exe", ".png": NAMELESS,
    "a" * 300 + ".png": "a" * 100, "a\x00b.png": "a b", "\u200b\u200f.jpg": NAMELESS, "": NAMELESS, "..": NAMELESS,
    "reçu du 4.11.2024": "reçu du 4.11", "  deux   mots \n.jpeg": "deux mots", "e\u0301cole.png": "école",
    "=HYPERLINK(1).png": "=HYPERLINK(1)", "/": NAMELESS, "a/": NAMELESS, "\ud800.png": NAMELESS,
    "archive.2024-2025": "archive.2024-2025", "…": "…",
}  # fmt: skip


@pytest.mark.parametrize("sent", NAMES)
def test_a_name_loses_its_folders_its_extension_and_what_hides(sent: str) -> None:
    assert document_name(sent) == NAMES[sent]


@given(st.text(alphabet=st.characters(), max_size=300))
def test_every_name_becomes_one_that_may_be_kept(sent: str) -> None:
    name = document_name(sent)
    assert 0 < len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert not {"/", "\\"} & set(name)
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def upload(name: str, data: bytes = b"x") -> FileStorage:
    return FileStorage(BytesIO(data), filename=name)


def test_fields_left_empty_are_no_files() -> None:
    sent = accepted([upload(""), upload("a.png"), upload("")])
    assert [file.name for file in read_files(sent)] == ["a"]


@pytest.mark.parametrize("count", [0, MOST_FILES + 1])
def test_nothing_and_too_much_are_refused_with_a_sentence(count: int) -> None:
    with pytest.raises(Refusal):
        accepted([upload("a.png")] * count)


def test_no_more_is_read_of_a_file_than_tells_that_it_is_too_heavy() -> None:
    (sent,) = read_files([upload("a.png", b"x" * (MAX_BYTES + 1_000))])
    assert len(sent.data) == MAX_BYTES + 1


def test_the_key_of_a_file_tells_forms_and_contents_apart() -> None:
    one, other = read_files([upload("a.png", b"1"), upload("a.png", b"2")])
    keys = {one.replay_key("x"), one.replay_key("y"), other.replay_key("x")}
    assert len(keys) == 3
    assert one.replay_key("") is None
    assert len(one.replay_key("x" * 5_000) or "") < 80


ALBUMS = entry(1, voucher="27", label="Librairie – Albums")
CARDS = entry(2, voucher="28", label="Librairie – Cartes", bank=-9_363)
MOVED = entry(3, voucher="", label="Dépôt", bank=-500, cash=500, allocations=())
ENTRIES = [ALBUMS, CARDS, MOVED, entry(4, voucher="D2", label="Car", allocations=(Allocation("62810008", 1_200),))]


def test_an_entry_is_named_so_that_a_person_knows_it() -> None:
    assert entry_words(ALBUMS) == "27 · 04/11/2024 · Librairie – Albums · 12,00\u00a0€"
    assert entry_words(MOVED) == "04/11/2024 · Dépôt · 5,00\u00a0€"


@pytest.mark.parametrize(
    ("said", "number"),
    [(entry_words(ALBUMS), 1), ("27", 1), (" 28 ", 2), ("cartes", 2), ("93,63", 2), ("DEPOT", 3), ("D2", 4)],
)
def test_it_is_found_by_the_line_of_the_list_its_number_its_words_or_its_amount(said: str, number: int) -> None:
    found = EntryChoice(said).among(ENTRIES)
    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    ("said", "fault"),
    [("", "Choisissez"), ("  ", "Choisissez"), ("librairie", "2 écritures correspondent"), ("xyz", "Aucune écriture"),
     ("a\x00\ud800", "2 écritures" if "a" == "" else "écriture"), ("x" * 5_000, "Aucune écriture")],
)  # fmt: skip
def test_what_is_not_one_entry_is_a_sentence(said: str, fault: str) -> None:
    choice = EntryChoice(said)
    assert choice.among(ENTRIES) is None
    assert fault in choice.fault
    assert len(choice.said) <= 300


def test_a_number_used_twice_is_asked_about() -> None:
    twice = [ALBUMS, entry(5, voucher="27", day=date(2024, 12, 1))]
    choice = EntryChoice("27")
    assert choice.among(twice) is None
    assert choice.fault.startswith("2 écritures")
    assert EntryChoice(entry_words(twice[1])).among(twice) is twice[1]
