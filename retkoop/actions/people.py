"""Accounts: creating them, signing in and out, changing the password; guessing is slowed, nobody is locked out."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from retkoop.audit import Actor, new_id, now, record
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Attempt, Department, Person, UploadPass, find_coop
from retkoop.passwords import hash_password, password_fault, verify

ROLES = ("mandataire", "verificateur", "ad", "federation")
POSTPONEMENTS = 3
_IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.@_-]{2,63}")

# A person who mistypes is hardly slowed; who guesses waits longer and longer, an hour at most.
_FREE_FAILURES = {"personne": 5, "adresse": 60}
_LONGEST_WAIT = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(hours=2)


class TooManyAttempts(Refusal):
    """Signing in is slowed for a while."""

    status = 429


def lookup_form(identifier: str) -> str:
    """Give the form under which identifiers are compared: capitals put right, spaces dropped.

    What cannot be stored (a NUL) is replaced: such an identifier is simply nobody's.
    """
    return re.sub(r"\s", "", identifier).replace("\0", "\ufffd").upper()


@writing
def create_person(
    actor: Actor,
    identifier: str,
    role: str,
    password: str,
    coop_identifier: str | None = None,
    department: str | None = None,
    name: str = "",
    must_change: bool = False,
) -> Person:
    """Make an account in its place: a coop, a département, or the whole fédération."""
    if _IDENTIFIER.fullmatch(identifier) is None:
        raise Refusal("Identifiant refusé : de 3 à 64 lettres, chiffres, points ou tirets.")
    department, coop_identifier = _place(role, coop_identifier, department)
    fault = password_fault(password, [identifier, name])
    if fault:
        raise Refusal(fault)
    if Person.get_or_none(Person.lookup == lookup_form(identifier)):
        raise Conflict(f"L’identifiant {identifier} existe déjà.")
    person: Person = Person.create(
        id=new_id(), identifier=identifier, lookup=lookup_form(identifier), name=name, role=role,
        department=department, coop=coop_identifier, password_hash=hash_password(password),
        session_token=secrets.token_hex(16), must_change=int(must_change),
    )  # fmt: skip
    record(actor, (department or "", coop_identifier or "", None), "création", "compte", after=[identifier, role])
    return person


def _place(role: str, coop_identifier: str | None, department: str | None) -> tuple[str | None, str | None]:
    if role not in ROLES:
        raise Refusal(f"Rôle inconnu : {role} (attendu : {', '.join(ROLES)}).")
    if role == "federation":
        if coop_identifier or department:
            raise Refusal("Un compte de la fédération n’a ni coopérative ni département.")
        return None, None
    if role == "ad":
        if not department or coop_identifier:
            raise Refusal("Un compte d’association départementale demande --ad, par exemple --ad 075.")
        if Department.get_or_none(Department.code == department) is None:
            raise NotFound(f"Le département {department} n’existe pas.")
        return department, None
    coop = find_coop(coop_identifier or "")
    if coop is None or department:
        raise NotFound("Ce rôle demande --coop avec une coopérative qui existe, par exemple --coop 075-1234.")
    return coop.department, coop.identifier


def sign_in(identifier: str, password: str, address: str, device: str | None = None) -> Person | None:
    """Give the person whose password this is, or None; refuse for a while after too many failures.

    `device` names a browser in which this very person signed in before. Its failures are counted apart, so that
    nobody else, not even at the same address, can keep them out by guessing.
    Not one transaction: the hash takes its time, and a failure must be counted even when another one waits.
    """
    lookup = lookup_form(identifier)[:64]
    subjects = {"personne": f"personne:{lookup}", "adresse": f"adresse:{address}"}
    if device:
        subjects = {"personne": f"appareil:{device}:{lookup}"}
    count_attempt(subjects)
    person = Person.get_or_none(Person.lookup == lookup)
    matches = verify(person.password_hash if person and not person.disabled else None, password)
    if person is None or not matches:
        return None
    forgive_attempt(subjects)
    if person.must_change and person.entered_at is None:
        _note_entry(person)
    return person


@writing
def _note_entry(person: Person) -> None:
    """Keep that a first password was used: from now on, no letter replaces it."""
    Person.update(entered_at=now()).where(Person.id == person.id).execute()


def _refuse_while_blocked(subjects: list[str]) -> None:
    query = Attempt.select(Attempt.blocked_until).where(Attempt.subject.in_(subjects))
    waits = [row.blocked_until for row in query if row.blocked_until > now()]
    if waits:
        seconds = int((max(waits) - now()).total_seconds()) + 1
        raise TooManyAttempts(f"Trop d’essais. Attendez {_wait_in_words(seconds)} avant de recommencer.")


def _wait_in_words(seconds: int) -> str:
    return f"{seconds} secondes" if seconds < 60 else f"{-(-seconds // 60)} minutes"


@writing
def count_attempt(subjects: dict[str, str]) -> None:
    """Count a try before its hash is computed, so that many at once do not all slip under the limit."""
    _refuse_while_blocked(list(subjects.values()))
    instant = now()
    Attempt.delete().where(Attempt.last_at < instant - _FORGOTTEN_AFTER).execute()
    for kind, subject in subjects.items():
        row = Attempt.get_or_none(Attempt.subject == subject)
        failures = row.failures + 1 if row else 1
        values = {
            "failures": failures,
            "last_at": instant,
            "blocked_until": _blocked_until(kind, failures, instant),
        }
        Attempt.insert(subject=subject, **values).on_conflict(
            conflict_target=[Attempt.subject], update=values
        ).execute()


def count_reset(address: str) -> None:
    """Count a forgotten password of an address, within the transaction that notes it; refuse for a while when many."""
    count_attempt({"adresse": f"oubli:{address}"})


def _blocked_until(kind: str, failures: int, instant: datetime) -> datetime:
    excess = failures - _FREE_FAILURES[kind]
    if excess < 0:
        return instant
    return instant + min(timedelta(seconds=5 * 2 ** min(excess, 12)), _LONGEST_WAIT)


@writing
def forgive_attempt(subjects: dict[str, str]) -> None:
    """Forget the person's failures, and take back the try that was counted against the address."""
    Attempt.delete().where(Attempt.subject == subjects["personne"]).execute()
    if address := subjects.get("adresse"):
        Attempt.update(failures=Attempt.failures - 1, blocked_until=now()).where(Attempt.subject == address).execute()


@writing
def end_sessions(person: Person) -> None:
    """End every session of a person, wherever it is open, and what their phones may still send."""
    Person.update(session_token=secrets.token_hex(16)).where(Person.id == person.id).execute()
    _end_passes(person)


def _end_passes(person: Person) -> None:
    UploadPass.delete().where(UploadPass.person == person.id).execute()


def change_password(actor: Actor, person: Person, current: str, new: str) -> None:
    """Change a password, which ends the other sessions; refuse a wrong current one or a weak new one."""
    check_password(person, current, "Le mot de passe actuel n’est pas le bon.")
    fault = password_fault(new, [person.identifier, person.name])
    if fault:
        raise Refusal(fault)
    _keep_password(actor, person, hash_password(new))


def check_password(person: Person, typed: str, refused: str) -> None:
    """Refuse whoever does not know the password of the account that they are in.

    Guessing is slowed as it is at sign-in: the session may be one that was left open.
    """
    subject = {"personne": f"changement:{person.lookup}"}
    count_attempt(subject)
    if not verify(person.password_hash, typed):
        raise Refusal(refused)
    forgive_attempt(subject)


@writing
def _keep_password(actor: Actor, person: Person, hashed: str) -> None:
    token = secrets.token_hex(16)
    Person.update(password_hash=hashed, session_token=token, must_change=0, postponements=0).where(
        Person.id == person.id
    ).execute()
    _end_passes(person)
    person.session_token = token
    record(actor, (person.department or "", person.coop or "", None), "mot de passe", "compte")


@writing
def postpone_change(person: Person) -> int:
    """Put the change of a first password off; give how many times are left, and refuse after the last."""
    if person.postponements >= POSTPONEMENTS:
        raise Refusal("Vous avez déjà remis ce changement plusieurs fois : choisissez maintenant votre mot de passe.")
    Person.update(postponements=Person.postponements + 1).where(Person.id == person.id).execute()
    return POSTPONEMENTS - int(person.postponements) - 1


@writing
def choose_ledger_view(person: Person, mode: str) -> None:
    """Remember in which mode a person looks at the cahier: a taste of theirs, not a write to the books."""
    Person.update(ledger_view=mode).where(Person.id == person.id).execute()
