"""PURE. Characters that no page may hold, and those that nobody sees."""

from __future__ import annotations

import unicodedata
from string import whitespace

# Joins the parts of a drawn character, such as a family of emoji.
_JOINER = "\u200d"


def is_writable(character: str) -> bool:
    """Tell whether a page may hold it: no control, no half of a pair, none of Unicode's noncharacters."""
    code = ord(character)
    nothing = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return not nothing and unicodedata.category(character) not in ("Cc", "Cs")


def writable(text: str) -> str:
    """Drop what no page may hold."""
    return "".join(filter(is_writable, text))


def visible(text: str) -> str:
    """Drop what shows nothing and hides what is there: marks without width, changes of direction."""
    return "".join(c for c in text if c == _JOINER or unicodedata.category(c) != "Cf").strip(f"{whitespace}{_JOINER}")
