"""The associations départementales: made and renamed by the fédération; none is deleted."""

from __future__ import annotations

from retkoop.audit import Actor, record
from retkoop.coop_identity import department_fault
from retkoop.db import writing
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Department

_SUBJECT = "association"


@writing
def create_department(actor: Actor, code: str, name: str) -> Department:
    """Make an association; its settings begin as everywhere, its own staff change them."""
    fault = department_fault(code)
    if fault:
        raise Refusal(fault)
    if Department.get_or_none(Department.code == code) is not None:
        raise Conflict(f"Le département {code} a déjà une association.")
    department: Department = Department.create(code=code, name=name)
    record(actor, (code, "", None), "création", _SUBJECT, after=name)
    record(actor, ("", "", None), "création", _SUBJECT, after=[code, name])
    return department


@writing
def rename_department(actor: Actor, code: str, seen: str, name: str) -> bool:
    """Give an association another name than the one that the person read; tell whether it changed."""
    stored = Department.get_or_none(Department.code == code)
    if stored is None:
        raise NotFound(f"Le département {code} n’existe pas.")
    if stored.name == name:
        return False
    if stored.name != seen:
        raise Conflict(f"Cette association s’appelle entre-temps « {stored.name} ».")
    Department.update(name=name).where(Department.code == code).execute()
    record(actor, (code, "", None), "modification", _SUBJECT, stored.name, name)
    record(actor, ("", "", None), "modification", _SUBJECT, [code, stored.name], [code, name])
    return True
