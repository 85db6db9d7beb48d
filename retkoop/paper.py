"""PURE. The room that a text takes on paper, so that pages are cut before they are laid out."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from retkoop.facts import Entry, PriorOperation

# Millimetres: the width of a landscape A4 page less its margins; the padding of a cell and of a head, and their ems.
WIDTH = 281.0
_PADDING, _EM = 1.4, 2.47
_HEAD_PADDING, _HEAD_EM = 0.6, 2.293
# Hundredths of an em in DejaVu Sans, the font of our documents; an accent adds nothing to a letter.
_WIDTHS = {
    character: width
    for width, characters in (
        (28, "ijl'"), (32, "IJ ,.’‘·\u00a0\u202f"), (37, "f-/:;\\|"), (42, "tr()[]!"), (56, "cszL\"“”?–°*_"),
        (62, "aeovxykPTYF«»"), (64, "bdghnpqu0123456789ES$€"), (70, "ABCKRVXZ"), (80, "DGHNOQU&"),
        (87, "wM#+<=>~"),
    )
    for character in characters
}  # fmt: skip
# The widest letters, and what another font writes as wide as it likes.
_OTHER = 108
# A text longer than this on paper is clipped: 200 ordinary characters fit.
MOST = 5
_CLIP = "…"


def room_of(width: float) -> int:
    """Give the hundredths of an em that a column of so many millimetres has for text."""
    return int((width - _PADDING) / _EM * 100)


def head_room_of(width: float) -> int:
    """Give the hundredths of an em that the head of a column of so many millimetres has."""
    return int((width - _HEAD_PADDING) / _HEAD_EM * 100)


def width_of(text: str) -> int:
    """Give the width of a text in hundredths of an em, never less than what it takes."""
    return sum(_width(character) for character in text)


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    return _WIDTHS.get(unicodedata.normalize("NFD", character)[0], _OTHER)


def lines_of(text: str, width: int, most: int = MOST) -> tuple[str, ...]:
    """Cut a text into at most `most` lines of `width` hundredths of an em; `…` tells that the rest is left out."""
    lines: list[str] = []
    for word in _pieces(text, width):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines[most - 1 :] = [_clipped(lines[most - 1], width)]
    return tuple(lines)


def _pieces(text: str, width: int) -> list[str]:
    """Give the words of a text, those that are wider than a line cut in pieces."""
    pieces = []
    for word in filter(None, text.split(" ")):
        rest = word
        while width_of(rest) > width:
            end = _fitting(rest, width)
            pieces.append(f"{rest[:end]}-")
            rest = rest[end:]
        pieces.append(rest)
    return pieces


def _fitting(word: str, width: int) -> int:
    """Give how many of the first letters of a word fit with a hyphen: one at least."""
    end = 1
    while width_of(f"{word[: end + 1]}-") <= width:
        end += 1
    return end


def _clipped(line: str, width: int) -> str:
    while line and width_of(line + _CLIP) > width:
        line = line[:-1]
    return line.rstrip() + _CLIP


class Room(NamedTuple):
    """The widths of the columns of text of a table, in hundredths of an em."""

    voucher: int
    label: int
    cheque: int
    about: int


class Words(NamedTuple):
    """What an operation says in words, each column cut into lines."""

    voucher: tuple[str, ...]
    label: tuple[str, ...]
    cheque: tuple[str, ...]
    about: tuple[str, ...]

    @property
    def height(self) -> int:
        """Give the number of lines that the row takes."""
        return max(1, *map(len, self))


def words_of(entry: Entry, room: Room, *about: str) -> Words:
    """Cut the words of an entry; `about` is what else is said of it, empty texts left out."""
    return _words((entry.voucher, entry.label, entry.cheque, " · ".join(filter(None, about))), room)


def words_of_prior(prior: PriorOperation, room: Room) -> Words:
    """Cut the words of an operation of last year."""
    return _words(("", prior.label, prior.cheque, ""), room)


def _words(texts: Sequence[str], room: Room) -> Words:
    return Words(*(lines_of(text, width) for text, width in zip(texts, room, strict=True)))
