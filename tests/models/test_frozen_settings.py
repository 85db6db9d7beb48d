"""The rules that a validated year was judged by stay, by SQL too; those that serve none still change."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from retkoop.association import DepartmentProfile, DepartmentRules
from retkoop.db import USED, database, is_postgres
from retkoop.models import Department, Year, YearKey
from tests.factories import a_coop, a_department, a_year
from tests.models.test_database import outcome, said


def rules(first_year: int, department: str = "075", **values: Any) -> Any:
    return DepartmentRules.insert(department=department, first_year=first_year, **values)


@pytest.fixture
def key(app: Flask) -> YearKey:
    a_department("013")
    return a_year()


def become(key: YearKey, state: str) -> None:
    Year.update(state=state).where(key.of(Year)).execute()


WAYS: dict[str, Any] = {
    "change": lambda: DepartmentRules.update(unticked_limit=3).where(DepartmentRules.first_year == 2020),
    "delete": lambda: DepartmentRules.delete().where(DepartmentRules.first_year == 2020),
    "move": lambda: DepartmentRules.update(first_year=2022).where(DepartmentRules.first_year == 2020),
    "slip in": lambda: rules(2023),
    "slip in for the year itself": lambda: rules(2024),
}
FREE: dict[str, Any] = {
    "change older ones": lambda: DepartmentRules.update(unticked_limit=3).where(DepartmentRules.first_year == 2015),
    "later ones": lambda: rules(2025),
    "those of another association": lambda: rules(2023, "013"),
    "older ones": lambda: rules(2016),
}


@pytest.mark.parametrize("state", ["open", "closed", "sent", "validated"])
def test_the_rules_of_a_validated_year_stay_by_any_way(key: YearKey, state: str) -> None:
    for first_year in (2015, 2020):
        rules(first_year).execute()
    become(key, state)
    found = {name: outcome(way()) for name, way in WAYS.items()}
    if state == "validated":
        assert {name for name, text in found.items() if USED not in text} == set()
    else:
        assert set(found.values()) == {"accepted"}, "negative control"
    assert {outcome(way()) for way in FREE.values()} == {"accepted"}


def test_what_a_departement_began_with_stays_once_a_year_was_validated_by_it(key: YearKey) -> None:
    change = Department.update(unticked_limit=3).where(Department.code == "075")
    assert outcome(change) == "accepted"
    become(key, "validated")
    assert USED in outcome(change)
    assert outcome(Department.update(name="OCCE 75").where(Department.code == "075")) == "accepted"
    assert outcome(Department.update(unticked_limit=3).where(Department.code == "013")) == "accepted"


def test_it_still_changes_when_newer_rules_serve_that_year(key: YearKey) -> None:
    rules(2020).execute()
    become(key, "validated")
    assert outcome(Department.update(unticked_limit=3)) == "accepted"
    coop = a_coop("075-0009")
    Year.insert(department="075", coop=coop.identifier, start_year=2019, state="validated").execute()
    assert USED in outcome(Department.update(unticked_limit=3).where(Department.code == "075"))


def test_the_rules_are_not_emptied_at_once(key: YearKey) -> None:
    if not is_postgres():
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(Exception, match=USED), database.atomic():
        database.execute_sql("TRUNCATE department_rules")


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ({"unticked_limit": 1_000}, "department_rules_limit"), ({"closing_delay_days": -1}, "department_rules_delay"),
        ({"presentation": "autre"}, "department_rules_presentation_known"),
        ({"verifiers": 1}, "department_rules_verifiers"),
        ({"signers": "x" * 501}, "department_rules_signers_length"),
        ({"waived": "x" * 101}, "department_rules_waived_length"),
        ({"own_documents": "x" * 6_001}, "department_rules_own_documents_length"),
        ({"first_year": 1_900}, "department_rules_start"),
    ],
)  # fmt: skip
def test_rules_are_bounded_by_name(key: YearKey, fault: dict[str, Any], name: str) -> None:
    assert said(name) in outcome(DepartmentRules.insert({"department": "075", "first_year": 2025, **fault}))


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ({"scheme": "autre"}, "department_profile_scheme_known"), ({"logo": "abc"}, "department_profile_logo_digest"),
        ({"home_text": "x" * 601}, "department_profile_home_text_length"),
        ({"validation_text": "x" * 601}, "department_profile_validation_text_length"),
        ({"mail": "x" * 201}, "department_profile_mail_length"),
    ],
)  # fmt: skip
def test_what_an_association_says_of_itself_is_bounded_by_name(key: YearKey, fault: dict[str, Any], name: str) -> None:
    assert said(name) in outcome(DepartmentProfile.insert(department="075", **fault))
    assert outcome(DepartmentProfile.insert(department="075")) == "accepted"
