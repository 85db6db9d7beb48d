"""What the pages of scans show, and where they are; `place` is the number of an entry, None for the inbox."""

from __future__ import annotations

from typing import Any

from flask import request

from retkoop import journal_rows, rules, scan_text
from retkoop.actions.scans import removed_scans
from retkoop.desks import YearDesk
from retkoop.forms.scans import entry_words
from retkoop.views.scan_messages import take_messages
from retkoop.views.shared import row_here

# Shown at once in the inbox: each has its picture, its proposals and its forms.
SHOWN = 12


def screen_of(desk: YearDesk, place: int | None, shown: int | None = None, **more: Any) -> dict[str, Any]:
    """Give what the page of a place and its fragment show."""
    common = {"desk": desk, "messages": take_messages(), "removed": removed_scans(desk.key, place), **more}
    beside = _inbox_screen(desk) if place is None else _entry_screen(desk, place)
    return common | beside | looked_at(desk, place, shown)


def looked_at(desk: YearDesk, place: int | None, shown: int | None) -> dict[str, Any]:
    """Give the scan that is shown large: the one that is asked for; else the first of an entry, none of the inbox."""
    entry = None if place is None else row_here(desk.facts.entries, place)
    asked, scans = request.values.get("piece", type=int), entry.scans if entry else desk.facts.inbox
    wanted = (shown or asked) if entry else asked
    scan = next((scan for scan in scans if scan.number == wanted), scans[0] if entry and scans else None)
    history = journal_rows.history_of(desk.key, f"piece:{scan.number}") if scan else []
    sheet = max(1, min(_sheet(), scan.pages)) if scan and scan.number == wanted else 1
    return {"entry": entry, "scan": scan, "sheet": sheet, "first": first_shown(), "history": history}


def _sheet() -> int:
    """Read which page of a PDF a person looks at; « page » is what forms call the screen itself."""
    return request.values.get("feuille", 1, type=int)


def first_shown() -> int:
    """Read from which scan on a person looks at the inbox."""
    return request.values.get("depuis", 0, type=int)


def _entry_screen(desk: YearDesk, number: int) -> dict[str, Any]:
    lacking = sum(map(len, rules.entries_without_scan(desk.facts)))
    onward = rules.next_without_scan(desk.facts, row_here(desk.facts.entries, number))
    return {"lacking": lacking, "onward": onward, "subject": rules.Subject}


def _inbox_screen(desk: YearDesk) -> dict[str, Any]:
    waiting = [scan for scan in desk.facts.inbox if scan.number >= first_shown()]
    told = {scan.number: scan_text.read(scan.told) for scan in waiting[:SHOWN]}
    return {
        "scans": waiting[:SHOWN],
        "following": waiting[SHOWN].number if len(waiting) > SHOWN else None,
        "left": len(waiting) - SHOWN,
        "told": told,
        "words_of": entry_words,
        "proposed": {n: scan_text.proposals(said, desk.facts.entries, most=3) for n, said in told.items()},
        "suggested": [entry_words(entry) for entry in desk.facts.entries if not entry.scans],
    }


def address_of(desk: YearDesk, place: int | None, shown: int | None) -> str:
    """Give the address of a place, and of the scan that is looked at there."""
    sheet = _sheet() if shown else 1
    look = {"piece": shown, "feuille": sheet if sheet > 1 else None}
    if place is None:
        return desk.url("scans.inbox", depuis=first_shown() or None, **look)
    return desk.url("scans.of_entry", number=place, **look)
