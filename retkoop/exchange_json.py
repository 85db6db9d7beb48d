"""PURE. A JSON document whose every value knows its place, so that a refusal can name it (`ecritures[12].pj`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from retkoop.drafts import text_fault
from retkoop.errors import Refusal
from retkoop.money import AmountError, from_archive


class ArchiveFault(Refusal):
    """The archive is refused: where, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} : {reason}" if path else reason)


class _Object(dict[str, Any]):
    """A JSON object that remembers a key given twice."""

    twice: str | None = None


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                found.twice = name
                break
            seen.add(name)
    return found


def _printable(name: str) -> str:
    """Shorten a key, which may hold anything, to what a terminal can show."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name[:60])


class Node:
    """A value of the file and its path."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def fault(self, reason: str) -> ArchiveFault:
        """Give the refusal of this value."""
        return ArchiveFault(self.path, reason)

    def fields(self, required: str, optional: str = "") -> dict[str, Node]:
        """Give the members of an object, refusing what is missing, unknown or given twice."""
        if not isinstance(self.value, dict):
            raise self.fault("un objet est attendu")
        known = [*required.split(), *optional.split()]
        self.refuse_key_given_twice()
        for name in self.value:
            if name not in known:
                raise self.member(name).fault("clé inconnue")
        for name in required.split():
            if name not in self.value:
                raise self.member(name).fault("clé absente")
        return {name: self.member(name) for name in self.value}

    def refuse_key_given_twice(self) -> None:
        """Refuse an object of which one value would silently replace another."""
        if isinstance(self.value, _Object) and self.value.twice is not None:
            raise self.member(self.value.twice).fault("cette clé est donnée deux fois")

    def member(self, name: str) -> Node:
        """Give a member by name."""
        path = f"{self.path}.{_printable(name)}" if self.path else _printable(name)
        return Node(self.value.get(name), path)

    def items(self, most: int = 20_000) -> Iterator[Node]:
        """Give the elements of a list."""
        if not isinstance(self.value, list):
            raise self.fault("une liste est attendue")
        if len(self.value) > most:
            raise self.fault(f"liste trop longue ({most} éléments au plus)")
        return (Node(value, f"{self.path}[{rank}]") for rank, value in enumerate(self.value))

    def text(self, longest: int, shortest: int = 0) -> str:
        """Give a text of bounded length."""
        if not isinstance(self.value, str):
            raise self.fault("un texte est attendu")
        message = text_fault(self.value, longest, "le texte")
        if message:
            raise self.fault(message)
        if len(self.value.strip()) < shortest:
            raise self.fault("ce texte ne peut pas être vide")
        return self.value

    def choice(self, allowed: Sequence[Any]) -> Any:
        """Give a value of a short list."""
        if self.value not in allowed or isinstance(self.value, bool):
            listed = ", ".join(str(value) for value in allowed)
            found = "" if isinstance(self.value, (list, dict)) else f" {str(self.value)[:40]!r}"
            raise self.fault(f"valeur inattendue{found} (attendu : {listed})")
        return self.value

    def amount(self) -> int:
        """Give an amount in cents."""
        try:
            return from_archive(self.value)
        except AmountError as error:
            raise self.fault(str(error)) from None

    def truth(self) -> bool:
        """Give true or false."""
        if not isinstance(self.value, bool):
            raise self.fault("true ou false attendu")
        return self.value

    def day(self) -> date:
        """Give a day written `2025-08-31`."""
        try:
            # Python also reads 20250831 and 2025-W35-7.
            if isinstance(self.value, str) and str(day := date.fromisoformat(self.value)) == self.value:
                return day
        except ValueError:
            pass
        raise self.fault("date mal écrite, attendu par exemple « 2025-08-31 »")

    def day_or_none(self) -> date | None:
        """Give a day, or None for null."""
        return None if self.value is None else self.day()


# An archive nests six deep. The reader of JSON recurses in C: near its limit a finalizer of something else fails.
_DEEPEST = 32
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def _too_deep(text: str) -> bool:
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > _DEEPEST:
                return True
        elif found[0] in "]}":
            depth -= 1
    return False


def parse(raw: bytes) -> Any:
    """Read the bytes of `exercice.json`; raise ArchiveFault when they are no JSON."""
    unreadable = ArchiveFault("exercice.json", "ce fichier n’est pas du JSON lisible")
    try:
        text = raw.decode("utf-8-sig")
        if _too_deep(text):
            raise unreadable
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except ValueError:
        raise unreadable from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)
