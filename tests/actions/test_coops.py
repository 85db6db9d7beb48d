"""Cooperatives kept by their association: made in its scheme, closed, merged only when safe, never deleted."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from retkoop.actions import coops, years
from retkoop.actions.coops import close_coop, create_coop, merge_coops, reopen_coop
from retkoop.actions.exchange import import_archive
from retkoop.audit import Actor
from retkoop.coop_identity import NewCoop, as_identifier, identifier_fault, uai_fault
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Cooperative, Journal, Person, Year, find_coop
from retkoop.school_year import SchoolYear
from retkoop.storage import FileStorage
from tests.factories import CASES, SOMEONE, a_coop, a_department, a_person, a_year, an_entry

DAY = date(2025, 8, 31)
AD = Actor("Association", 9)


@pytest.mark.parametrize(
    ("identifier", "department", "sound"),
    [
        ("075-1234", "075", True), ("02A-0001", "02A", True), ("0751234A", "075", True), ("6201234A", "02A", True),
        ("013-1234", "075", False), ("0131234A", "075", False), ("075-123", "075", False), ("075_1234", "075", False),
        ("", "075", False), ("075-12345", "075", False),
    ],
)  # fmt: skip
def test_an_identifier_follows_the_scheme_of_its_departement(identifier: str, department: str, sound: bool) -> None:
    assert (identifier_fault(identifier, department) == "") is sound


def test_capitals_spaces_and_dashes_are_put_right() -> None:
    assert as_identifier(" 075 – 1234 ") == "075-1234"
    assert as_identifier("0751234a") == "0751234A"
    assert uai_fault("", "075") == ""
    assert "département 075" in uai_fault("0131234A", "075")


def test_it_is_made_with_its_first_exercice_and_its_balances(app: Flask) -> None:
    a_department()
    coop = create_coop(AD, "075", NewCoop("075-1234", "Les Lilas", "0750001A", "Paris", "514", 2024, 1_000, 50, 1_050))
    year = Year.get(Year.coop == "075-1234")
    assert (coop.name, coop.uai, coop.address) == ("Les Lilas", "0750001A", "Paris")
    assert (year.start_year, year.bank_account, year.opening_bank, year.opening_cash) == (2024, "514", 1_000, 50)
    told = [(line.action, line.subject, line.who) for line in Journal.select().order_by(Journal.id)]
    assert told[0] == ("création", "cooperative", "Association")
    assert ("ouverture", "exercice", "Association") in told


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewCoop("013-0001", "Le Port"), Refusal),
        (NewCoop("075-1234", "Le Port", "0130001A"), Refusal),
        (NewCoop("075-0001", "Encore"), Conflict),
    ],
)
def test_what_is_another_departements_or_taken_is_refused(app: Flask, new: NewCoop, error: type[Refusal]) -> None:
    a_coop()
    with pytest.raises(error):
        create_coop(AD, "075", new)
    assert Cooperative.select().count() == 1


def test_a_closed_one_opens_no_exercice_any_more_and_may_be_opened_again(app: Flask) -> None:
    key = a_year()
    coop = find_coop("075-0001")
    assert coop is not None
    close_coop(AD, coop, DAY)
    with pytest.raises(Conflict, match="fermée depuis le 31/08/2025"):
        years.open_year(SOMEONE, coop, SchoolYear(2025))
    an_entry(key)
    years.open_year(SOMEONE, coop, SchoolYear(2022))
    with pytest.raises(Conflict, match="déjà fermée"):
        close_coop(AD, coop, DAY)
    reopen_coop(AD, coop)
    years.open_year(SOMEONE, coop, SchoolYear(2025))
    actions = [line.action for line in Journal.select().where(Journal.subject == "cooperative")]
    assert sorted(actions) == ["fermeture", "réouverture"]


def test_it_is_not_closed_before_an_exercice_that_has_begun(app: Flask) -> None:
    a_year()
    coop = find_coop("075-0001")
    assert coop is not None
    with pytest.raises(Conflict, match="2024-2025 est déjà ouvert"):
        close_coop(AD, coop, date(2024, 8, 31))
    assert find_coop("075-0001").closed_on is None  # type: ignore[union-attr]


def test_an_archive_brings_no_exercice_after_the_closing(app: Flask, tmp_path: object) -> None:
    coop = a_coop("075-0101")
    close_coop(AD, coop, date(2024, 8, 31))
    with pytest.raises(Conflict, match="fermée"):
        import_archive(SOMEONE, CASES / "ecole-101" / "exercice.zip", FileStorage(tmp_path))  # type: ignore[arg-type]
    assert Year.select().count() == 0


def test_one_is_merged_only_when_its_accounts_are_finished(app: Flask) -> None:
    a_year()
    a_coop("075-0002")
    source = find_coop("075-0001")
    assert source is not None
    (obstacle,) = coops.merge_obstacles(source)
    assert "2024-2025 n’est pas validé" in obstacle
    with pytest.raises(Conflict, match="n’est pas validé"):
        merge_coops(AD, source, "075-0002", DAY, with_accounts=True)
    assert find_coop("075-0001").merged_into is None  # type: ignore[union-attr]


def merged(with_accounts: bool) -> Cooperative:
    source = a_coop()
    a_coop("075-0002")
    a_person("camille")
    a_person("verif", "verificateur")
    merge_coops(AD, source, "075-0002", DAY, with_accounts)
    found = find_coop("075-0001")
    assert found is not None
    return found


def test_merging_moves_the_accounts_that_are_to_move_and_ends_the_others(app: Flask) -> None:
    source = merged(with_accounts=True)
    assert (source.merged_into, source.closed_on) == ("075-0002", DAY)
    people = {person.identifier: (person.coop, person.disabled) for person in Person.select()}
    assert people == {"camille": ("075-0002", 0), "verif": ("075-0001", 1)}
    lines = Journal.select().where(Journal.action == "réunion")
    assert {line.coop for line in lines} == {"075-0001", "075-0002"}
    with pytest.raises(Conflict, match="ne peut plus être rouverte"):
        reopen_coop(AD, source)


def test_merging_may_end_every_account(app: Flask) -> None:
    merged(with_accounts=False)
    assert {person.disabled for person in Person.select()} == {1}


@pytest.mark.parametrize("target", ["013-0001", "075-9999", "075-0001", "075-0003"])
def test_one_is_merged_into_no_stranger_nor_itself_nor_a_closed_one(app: Flask, target: str) -> None:
    source = a_coop()
    a_coop("013-0001")
    close_coop(AD, a_coop("075-0003"), DAY)
    with pytest.raises((Conflict, NotFound)):
        merge_coops(AD, source, target, DAY, with_accounts=True)
    assert find_coop("075-0001").merged_into is None  # type: ignore[union-attr]
