"""The room that a text takes on paper: no line is wider than its column, nothing is lost but what is said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop.paper import lines_of, width_of

labels = st.text(max_size=200)
widths = st.integers(250, 4_000)


@given(labels, widths, st.integers(1, 4))
def test_no_line_is_too_wide_and_none_is_too_many(text: str, width: int, most: int) -> None:
    lines = lines_of(text, width, most)
    assert len(lines) <= most
    assert all(width_of(line) <= width for line in lines)


@given(st.lists(st.sampled_from(["Car", "de", "Noël", "é", "12,50"]), max_size=12), widths)
def test_words_that_fit_are_all_there_in_their_order(words: list[str], width: int) -> None:
    assert " ".join(lines_of(" ".join(words), max(width, 500), most=20)).split() == words


def test_a_short_text_is_one_line_and_an_empty_one_is_none() -> None:
    assert lines_of("Librairie du Marché – albums", 2_500) == ("Librairie du Marché – albums",)
    assert lines_of("", 2_500) == ()


def test_a_word_wider_than_the_column_is_cut_with_a_hyphen() -> None:
    assert lines_of("exceptionnelles", 712) == ("exceptionnel-", "les")


def test_what_is_left_out_is_told() -> None:
    assert lines_of("un deux trois quatre", 400, most=2) == ("un", "deux…")


def test_two_hundred_ordinary_characters_are_printed_whole() -> None:
    label = ("Librairie du Marché – albums de littérature jeunesse pour la bibliothèque de l’école. " * 3)[:200].strip()
    assert " ".join(lines_of(label, 2_500)) == label


@pytest.mark.parametrize(("narrow", "wide"), [("iii", "nnn"), ("nnn", "WWW"), ("e", "漢"), ("a", "🎉"), ("a", "ﷺ")])
def test_letters_do_not_all_take_as_much(narrow: str, wide: str) -> None:
    assert width_of(narrow) < width_of(wide)


def test_an_accent_adds_nothing() -> None:
    assert width_of("Éàç") == width_of("Eac")
