"""What is told by mail: rows written along with what they tell, then claimed, sent and marked one at a time.

At most once. A message is claimed in a transaction of its own before anything is said to the mail server. What the
server certainly did not take goes back to wait, a few times; what it may have taken (the answer was lost, the worker
was killed in the middle) stays failed with that sentence, and a person decides to send it again: under the same
Message-ID, which lets mail programs show it once.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from peewee import fn

from retkoop import work_queue
from retkoop.ad_settings import paragraphs
from retkoop.association import MailRefusal, Message
from retkoop.audit import Actor, new_id, now, record
from retkoop.db import fetch, writing
from retkoop.errors import Conflict, NotFound
from retkoop.letters import Letter, sent_back, validated
from retkoop.models import Cooperative, Department, Person, YearKey
from retkoop.settings_rows import profile_of

MOST_ATTEMPTS = 6
# No conversation with a mail server lasts so long: whoever claimed it is no longer there.
CLAIM_ENDS = timedelta(minutes=10)
PAGE = 50
UNSURE = "L’envoi a été interrompu : ce message est peut-être parti. Renvoyez-le si la personne ne l’a pas reçu."
RESTORED = "La base a été restaurée depuis : ce message était peut-être déjà parti."
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[A-Za-z]{2,}")


def can_be_written_to(address: str) -> bool:
    """Tell whether this is one mail address, and nothing that would add a line or a person to a header."""
    return len(address) <= 200 and address.isprintable() and _ADDRESS.fullmatch(address) is not None


def mandataires(department: str, coop: str) -> list[Person]:
    """Give the mandataires of a cooperative who can be written to: a live account, and an address."""
    mine = (Person.department == department, Person.coop == coop, Person.role == "mandataire", Person.disabled == 0)
    found = Person.select().where(*mine, Person.mail != "").order_by(Person.id)
    return [one for one in found if can_be_written_to(one.mail)]


def post(person: Person, kind: str, letter: Letter, once: str, start_year: int | None = None) -> int | None:
    """Leave a letter for somebody in this transaction; give its id, or None when it was told already."""
    place = {"department": person.department or "", "coop": person.coop or ""}
    if Message.select().where(*_at(**place), Message.once == once).exists():
        return None
    instant, number = now(), new_id()
    Message.insert(
        **place, id=number, start_year=start_year, kind=kind, person=person.id, recipient=person.mail,
        subject=letter.subject[:200], content=letter.as_json(), once=once, made_at=instant, due_at=instant,
    ).execute()  # fmt: skip
    work_queue.call("courriels")
    return number


def _at(department: str, coop: str) -> tuple[object, ...]:
    return Message.department == department, Message.coop == coop


def tell_validated(key: YearKey, move: int) -> None:
    """Tell the mandataires that a year was validated, in the transaction that validates it."""
    home, own = f"/coop/{key.coop}/{key.year.label}/", paragraphs(profile_of(key.department).validation_text)
    for person in mandataires(key.department, key.coop):
        letter = validated(person.name, _name(key), key.year.label, home, own)
        post(person, "validation", letter, _once(key, move, person), key.start_year)


def tell_sent_back(key: YearKey, move: int, step: str, reason: str) -> None:
    """Tell the mandataires that a year comes back, in the transaction that sends it back."""
    mend = f"/coop/{key.coop}/{key.year.label}/{step}"
    for person in mandataires(key.department, key.coop):
        letter = sent_back(person.name, _name(key), key.year.label, step, reason, mend)
        post(person, "renvoi", letter, _once(key, move, person), key.start_year)


def _name(key: YearKey) -> str:
    coop = Cooperative.get(Cooperative.department == key.department, Cooperative.identifier == key.coop)
    return str(coop.name)


def _once(key: YearKey, move: int, person: Person) -> str:
    """Name a move of a year, told to one person."""
    return f"etat:{key.start_year}:{move}:{person.id}"


# ---- The worker


@writing
def claim(instant: datetime) -> Message | None:
    """Take the message that has waited longest, or None; those whose sender went away are told as they are."""
    lost = (Message.state == "sending", Message.claimed_at < instant - CLAIM_ENDS)
    Message.update(state="failed", error=UNSURE).where(*lost).execute()
    unwanted = MailRefusal.select(MailRefusal.person)
    dropped = (Message.state == "waiting", Message.kind == "rappel", Message.person.in_(unwanted))
    Message.update(state="cancelled", error="Cette personne ne veut plus de rappel.").where(*dropped).execute()
    waiting = Message.select().where(Message.state == "waiting", Message.due_at <= instant)
    row: Message | None = waiting.order_by(Message.due_at, Message.id).first()
    if row is None:
        return None
    _mark(row, state="sending", claimed_at=instant, attempts=row.attempts + 1)
    row.attempts += 1
    return row


def _mark(row: Message, **values: object) -> int:
    mine = (*_at(row.department, row.coop), Message.id == row.id)
    return int(Message.update(values).where(*mine, Message.state == row.state).execute())


@writing
def mark_sent(row: Message) -> None:
    """Say that the mail server took it."""
    row.state = "sending"
    _mark(row, state="sent", sent_at=now(), error="")


@writing
def mark_failed(row: Message, error: str, again: bool) -> None:
    """Say why it was not sent; `again`: it certainly was not, and waits for another try, later and later."""
    row.state = "sending"
    if again and row.attempts < MOST_ATTEMPTS:
        _mark(row, state="waiting", error=error[:300], due_at=now() + timedelta(minutes=5 ** (row.attempts - 1)))
    else:
        _mark(row, state="failed", error=error[:300])


def sent_since(instant: datetime) -> int:
    """Count what was given to the mail server since an instant."""
    ((count,),) = fetch(Message.select(fn.COUNT(Message.id)).where(Message.claimed_at > instant))
    return int(count)


# ---- The association départementale


def messages_of(department: str, state: str, kind: str, page: int) -> tuple[list[Message], bool]:
    """Give a page of the messages of a département, the latest first, and whether there are more; passwords apart."""
    asked = [Message.department == department, Message.kind != "mot_de_passe"]
    asked += [Message.state == state] if state else []
    asked += [Message.kind == kind] if kind else []
    query = Message.select().where(*asked).order_by(Message.id.desc()).offset(page * PAGE).limit(PAGE + 1)
    rows = list(query)
    return rows[:PAGE], len(rows) > PAGE


def counts(department: str) -> dict[str, int]:
    """Count the messages of a département in each state."""
    said = (Message.department == department, Message.kind != "mot_de_passe")
    return dict(fetch(Message.select(Message.state, fn.COUNT(Message.id)).where(*said).group_by(Message.state)))


def message_of(department: str, number: int) -> Message:
    """Find a message of a département; a password's is its person's alone."""
    row: Message | None = Message.get_or_none(Message.department == department, Message.id == number)
    if row is None or row.kind == "mot_de_passe":
        raise NotFound("Ce message n’existe pas.")
    return row


@writing
def send_again(actor: Actor, department: str, number: int) -> None:
    """Let a message that failed, or was cancelled, wait once more; one that was sent is not sent twice."""
    row = message_of(department, number)
    if row.state not in ("failed", "cancelled"):
        raise Conflict("Ce message est déjà envoyé, ou il attend de l’être.")
    _mark(row, state="waiting", error="", attempts=0, due_at=now())
    record(actor, (department, row.coop, row.start_year), "renvoi d’un courriel", "courriel", after=[row.kind, number])
    work_queue.call("courriels")


@writing
def cancel(actor: Actor, department: str, number: int) -> None:
    """Take back a message that still waits."""
    row = message_of(department, number)
    if row.state != "waiting":
        raise Conflict("Ce message n’attend plus : il ne peut pas être annulé.")
    _mark(row, state="cancelled", error="Annulé par l’association départementale.")
    record(actor, (department, row.coop, row.start_year), "annulation d’un courriel", "courriel", after=number)


@writing
def set_reminder_day(actor: Actor, department: str, day: int) -> None:
    """Choose the day of the month on which reminders leave by themselves; 0: they do not."""
    row = Department.get_by_id(department)
    if row.reminder_day != day:
        Department.update(reminder_day=day).where(Department.code == department).execute()
        record(actor, (department, "", None), "modification", "rappel mensuel", row.reminder_day, day)


@writing
def refuse_reminders(person: int) -> None:
    """Note that somebody wants no more reminders; those that wait are dropped."""
    MailRefusal.insert(person=person, at=now()).on_conflict_ignore().execute()


@writing
def take_reminders_again(person: int) -> None:
    """Forget such a refusal."""
    MailRefusal.delete().where(MailRefusal.person == person).execute()


def refusals(department: str) -> set[int]:
    """Give who, in a département, wants no reminders."""
    said = MailRefusal.select(MailRefusal.person).join(Person, on=Person.id == MailRefusal.person)
    return {number for (number,) in fetch(said.where(Person.department == department))}


def refuses(person: int) -> bool:
    """Tell whether somebody wants no reminders."""
    return bool(MailRefusal.get_or_none(MailRefusal.person == person))


def forget_what_waited() -> None:
    """After a restoration: nobody knows which of the waiting messages were sent since the saving."""
    waiting = Message.state.in_(("waiting", "sending"))
    Message.update(state="cancelled", error=RESTORED).where(waiting).execute()
