"""What the fédération announces: written, corrected, ended; and put away by whoever has read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from peewee import fn

from retkoop.announcements import shown_on, whose
from retkoop.audit import Actor, now, record
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound
from retkoop.federation_tables import Announcement, AnnouncementSeen
from retkoop.models import Person

_SUBJECT = "annonce"


@writing
def announce(actor: Actor, values: Mapping[str, Any], replay_key: str | None = None) -> int:
    """Keep an announcement (`title`, `text`, `from_day`, `to_day`, `audience`); sent twice, it is kept once."""
    if replay_key:
        made = Announcement.get_or_none(Announcement.replay_key == replay_key)
        if made is not None:
            return int(made.number)
    ((last,),) = fetch(Announcement.select(fn.MAX(Announcement.number)))
    number = (last or 0) + 1
    more = {"made_at": now(), "who": actor.name[:200], "replay_key": replay_key}
    Announcement.insert(number=number, **values, **more).execute()
    record(actor, ("", "", None), "ajout", f"{_SUBJECT}:{number}", after=_told(values))
    return number


def _told(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _row(number: int) -> Announcement:
    found: Announcement | None = Announcement.get_or_none(Announcement.number == number)
    if found is None:
        raise NotFound("Cette annonce n’existe pas.")
    return found


@writing
def correct(actor: Actor, number: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change an announcement as it was read at a version; those who have put it away do not see it again."""
    row = _row(number)
    before = {name: getattr(row, name) for name in values}
    if before == dict(values):
        return False
    if row.version != seen:
        raise Conflict("Quelqu’un d’autre a modifié cette annonce entre-temps.")
    changed = {**values, "version": Announcement.version + 1}
    Announcement.update(changed).where(Announcement.number == number).execute()
    record(actor, ("", "", None), "modification", f"{_SUBJECT}:{number}", _told(before), _told(values))
    return True


@writing
def end(actor: Actor, number: int, today: date) -> bool:
    """Show an announcement no more from today on; asked twice, it is ended once."""
    row, last = _row(number), today - timedelta(days=1)
    if row.to_day <= last:
        return False
    # One that has not begun keeps a day, and is shown on none that is to come.
    days = {"to_day": last, "from_day": min(row.from_day, last)}
    Announcement.update(**days, version=Announcement.version + 1).where(Announcement.number == number).execute()
    record(actor, ("", "", None), "fin", f"{_SUBJECT}:{number}", str(row.to_day), str(last))
    return True


@writing
def put_away(actor: Actor, person: Person, number: int, today: date) -> bool:
    """Show an announcement to this person no more; one that is over is left alone."""
    row = Announcement.get_or_none(Announcement.number == number)
    if row is None or row.audience not in whose(person.role):
        raise NotFound("Cette annonce n’existe pas.")
    if not shown_on(row.from_day, row.to_day, today):
        return False
    mine = (AnnouncementSeen.announcement == number) & (AnnouncementSeen.person == person.id)
    if AnnouncementSeen.get_or_none(mine) is not None:
        return False
    AnnouncementSeen.insert(announcement=number, person=person.id, at=now()).execute()
    # Not in the journal of their cooperative, which tells what was done to its books.
    record(actor, (person.department or "", "", None), "lecture", f"{_SUBJECT}:{number}")
    return True
