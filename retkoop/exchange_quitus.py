"""PURE. The quitus in the exchange archive: the draw of the year, and what the vérificateurs said, entry by entry.

People are the archive's own, in the order in which they stand there: nobody's account comes along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from retkoop.exchange_json import Node
from retkoop.facts import YearFacts
from retkoop.money import LARGEST, to_archive
from retkoop.voucher_sample import GREATEST_NUMBER, LEAST_NUMBER, LONGEST_REMARK, MOST_BY_CHANCE, VERDICTS, Draw, Look

LONGEST_NAME = 200
# As many as a page of quitus names; the screen lets eight look at once.
MOST_VERIFIERS = 40
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class ArchivedQuitus(NamedTuple):
    """The quitus as the file tells it; entries are places in its list, people are numbers below zero."""

    draw: Draw | None = None
    looks: tuple[Look, ...] = ()


def quitus_json(facts: YearFacts, draw: Draw | None, looks: Iterable[Look]) -> dict[str, Any] | None:
    """Give what the archive tells, or None when nothing was drawn nor looked at."""
    places = {entry.number: rank for rank, entry in enumerate(sorted(facts.entries, key=lambda e: e.number))}
    theirs: dict[int, list[Look]] = {}
    for look in looks:
        if look.entry in places:
            theirs.setdefault(look.person, []).append(look)
    people = sorted((_said(mine, places) for mine in theirs.values()), key=repr)
    if draw is None and not people:
        return None
    return {"tirage": draw and _draw(draw, places), "verificateurs": people}


def _draw(draw: Draw, places: dict[int, int]) -> dict[str, Any]:
    """Write a draw; what it was made over stands there when it is known, by the places of the entries of today."""
    told = {"numero": draw.number, "rang": draw.rank, "montant": to_archive(draw.above), "hasard": draw.chance}
    if draw.taken is None or draw.among is None:
        return told
    among = sum(number <= draw.among for number in places)
    return {**told, "parmi": among, "ecritures": [places[number] for number in draw.taken if number in places]}


def numbered(draw: Draw) -> Draw:
    """Give the draw of an archive over the numbers that its entries get: from 1 on, in the order of the file."""
    return draw if draw.taken is None else replace(draw, taken=tuple(place + 1 for place in draw.taken))


def _said(looks: Sequence[Look], places: dict[int, int]) -> dict[str, Any]:
    """Give what one vérificateur said; they are called as they were the last time."""
    latest = max(looks, key=lambda look: (look.at, look.entry))
    return {
        "nom": latest.who,
        "regards": [
            {
                "ecriture": places[look.entry],
                "avis": look.verdict or None,
                "remarque": look.remark,
                "le": f"{look.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            }
            for look in sorted(looks, key=lambda look: places[look.entry])
        ],
    }


def read_quitus(node: Node, entries: int) -> ArchivedQuitus:
    """Read the key of an archive that holds so many entries; raises ArchiveFault."""
    fields = node.fields("tirage verificateurs")
    draw = None if fields["tirage"].value is None else _read_draw(fields["tirage"], entries)
    looks = [
        look
        for rank, one in enumerate(fields["verificateurs"].items(MOST_VERIFIERS))
        for look in _read_looks(one, -1 - rank, entries)
    ]
    return ArchivedQuitus(draw, tuple(looks))


def _read_draw(node: Node, entries: int) -> Draw:
    fields = node.fields("numero rang montant hasard", "parmi ecritures")
    above = fields["montant"].amount()
    if not 0 <= above <= LARGEST:
        raise fields["montant"].fault("ce montant ne peut pas être négatif")
    return Draw(
        _whole(fields["numero"], LEAST_NUMBER, GREATEST_NUMBER),
        _whole(fields["rang"], 1, 9_999),
        above,
        _whole(fields["hasard"], 0, MOST_BY_CHANCE),
        *_read_over(node, fields, entries),
    )


def _read_over(node: Node, fields: Mapping[str, Node], entries: int) -> tuple[tuple[int, ...] | None, int | None]:
    """Read what a draw was made over: its entries, and how many of the list there were by then; both or none."""
    if ("parmi" in fields) != ("ecritures" in fields):
        raise node.fault("« parmi » et « ecritures » vont ensemble")
    if "parmi" not in fields:
        return None, None
    among, taken = _whole(fields["parmi"], 0, entries), list[int]()
    for item in fields["ecritures"].items():
        place = _whole(item, taken[-1] + 1 if taken else 0, among - 1)
        taken.append(place)
    return tuple(taken), among


def _whole(node: Node, least: int, most: int) -> int:
    value = node.value
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise node.fault(f"nombre entier attendu, de {least} à {most}")
    return value


def _read_looks(node: Node, person: int, entries: int) -> list[Look]:
    fields = node.fields("nom regards")
    who, taken, looks = fields["nom"].text(LONGEST_NAME, 1), set(), []
    for item in fields["regards"].items():
        look = _read_look(item, person, who, entries)
        if look.entry in taken:
            raise item.member("ecriture").fault("cette écriture est déjà regardée plus haut")
        taken.add(look.entry)
        looks.append(look)
    if not looks:
        raise fields["regards"].fault("un vérificateur a regardé au moins une écriture")
    return looks


def _read_look(node: Node, person: int, who: str, entries: int) -> Look:
    fields = node.fields("ecriture avis remarque le")
    verdict = "" if fields["avis"].value is None else str(fields["avis"].choice(VERDICTS))
    remark = fields["remarque"].text(LONGEST_REMARK)
    if not verdict and not remark:
        raise node.fault("ni avis ni remarque")
    if entries == 0:
        raise fields["ecriture"].fault("l’archive n’a aucune écriture")
    return Look(_whole(fields["ecriture"], 0, entries - 1), person, who, verdict, remark, _stamp(fields["le"]))


def _stamp(node: Node) -> datetime:
    try:
        if isinstance(node.value, str) and _STAMP.fullmatch(node.value):
            stamp = datetime.fromisoformat(node.value.replace("Z", "+00:00"))
            # Near the ends of the calendar, the hour of Paris has no date.
            if 2000 <= stamp.year < 2200:
                return stamp
    except ValueError:
        pass
    raise node.fault("instant mal écrit, attendu par exemple « 2025-09-05T14:30:00Z »")
