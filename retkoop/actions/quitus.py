"""The vérificateurs' sample of a year: drawing it, and keeping what they saw in it. The cahier itself never changes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from peewee import fn

from retkoop.actions.guard import change_row, delete_rows, insert_row, journal, open_for_reporting, open_for_writing
from retkoop.audit import Actor, now
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Entry, VoucherDraw, VoucherLook, Year, YearKey
from retkoop.quitus_rows import draw_columns
from retkoop.voucher_sample import GREATEST_NUMBER, LEAST_NUMBER, LONGEST_REMARK, MOST_BY_CHANCE, VERDICTS, Draw, take
from retkoop.year_rows import chart_for, entry_facts
from retkoop.year_states import LOOKED_AT_IN, OPEN

MOST_DRAWS = 99


class Changed(Conflict):
    """The same vérificateur has written something else since, in another tab."""


@writing
def draw_sample(actor: Actor, key: YearKey, seen: int, above: int, chance: int) -> bool:
    """Draw the sample of a year, again if there is one; `seen` is the rank of the draw that the person read.

    Tells whether it was drawn: what is sent twice draws once. A new draw leaves what was looked at as it is.
    """
    open_for_reporting(key)
    if not (0 <= above <= 999_999_999 and 0 <= chance <= MOST_BY_CHANCE):
        raise Refusal("Ce tirage n’est pas possible.")
    row = VoucherDraw.get_or_none(key.of(VoucherDraw))
    if seen != (row.rank if row else 0):
        return False
    if row and row.rank >= MOST_DRAWS:
        raise Refusal(f"L’échantillon a déjà été tiré {MOST_DRAWS} fois.")
    number = LEAST_NUMBER + secrets.randbelow(GREATEST_NUMBER - LEAST_NUMBER + 1)
    drawn = {"number": number, "rank": seen + 1, "above": above, "chance": chance}
    before = {name: getattr(row, name) for name in drawn} if row else None
    columns = draw_columns(over_now(key, Draw(number, seen + 1, above, chance)))
    if row:
        change_row(VoucherDraw, key, row, **columns)
    else:
        insert_row(VoucherDraw, key, **columns)
    journal(actor, key, "tirage", "echantillon", before, drawn, undoable=False)
    return True


def over_now(key: YearKey, draw: Draw) -> Draw:
    """Take the entries of now: what is added or struck out later changes nothing of what was drawn."""
    ((last,),) = fetch(Entry.select(fn.MAX(Entry.number)).where(key.of(Entry)))
    return replace(draw, taken=take(entry_facts(key), draw, chart_for(key.start_year).grant_codes), among=last or 0)


@writing
def look(
    actor: Actor, key: YearKey, entry: int, seen: int, verdict: str | None = None, remark: str | None = None
) -> bool:
    """Keep what the vérificateur who acts says of an entry; None leaves the verdict or the remark as it is.

    `seen` is the version that they read, 0 for none: a remark is not written over another one. Tells whether
    anything changed.
    """
    _open_for_looks(key)
    if actor.person is None or verdict not in (None, "", *VERDICTS) or len(remark or "") > LONGEST_REMARK:
        raise Refusal("Cette réponse ne peut pas être gardée.")
    if Entry.get_or_none(key.of(Entry), Entry.number == entry, Entry.struck_at.is_null()) is None:
        raise NotFound("Cette écriture n’existe pas.")
    row = VoucherLook.get_or_none(key.of(VoucherLook), VoucherLook.entry == entry, VoucherLook.person == actor.person)
    before = {"verdict": row.verdict, "remark": row.remark} if row else {"verdict": "", "remark": ""}
    after = {
        "verdict": before["verdict"] if verdict is None else verdict,
        "remark": before["remark"] if remark is None else remark,
    }
    if after == before:
        return False
    if after["remark"] != before["remark"] and seen != (row.version if row else 0):
        raise Changed("Vous avez écrit autre chose entre-temps, dans un autre onglet.")
    _write(actor, key, entry, row, after)
    journal(actor, key, "vérification", f"verification:{entry}", before, after, undoable=False)
    return True


def _write(actor: Actor, key: YearKey, entry: int, row: Any, said: dict[str, str]) -> None:
    values = {**said, "who": actor.name, "at": now().replace(microsecond=0)}
    if row is None:
        insert_row(VoucherLook, key, entry=entry, person=actor.person, **values)
    elif any(said.values()):
        change_row(VoucherLook, key, row, **values)
    else:
        mine = (VoucherLook.entry == entry, VoucherLook.person == actor.person)
        delete_rows(VoucherLook, key, *mine)


def _open_for_looks(key: YearKey) -> None:
    """Let vérificateurs look as long as the year is not validated; the row of an open year counts versions."""
    year: Year | None = Year.get_or_none(key.of(Year))
    if year is None:
        raise NotFound("Cet exercice n’existe pas.")
    if year.state not in LOOKED_AT_IN:
        raise Conflict("Cet exercice est validé : la vérification est terminée.")
    if year.state == OPEN:
        open_for_writing(key)
