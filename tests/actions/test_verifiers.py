"""Accesses of vérificateurs: a secret shown once, thirty days, a bounded number; each leaves its line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.actions import people, quitus, verifiers
from retkoop.actions.verifiers import Access, digest_of, end_access, find_link, make_access, renew_access
from retkoop.association import TABLES
from retkoop.audit import Actor
from retkoop.db import database
from retkoop.errors import Conflict, NotFound, Refusal
from retkoop.models import Cooperative, Journal, Person
from retkoop.passwords import verify
from retkoop.quitus_rows import is_over
from tests.factories import SOMEONE, a_coop, a_person, a_year, an_entry

TODAY = date(2025, 9, 5)
LAST = date(2025, 10, 5)


@pytest.fixture
def coop(app: Flask) -> Cooperative:
    return a_coop()


def make(coop: Cooperative, name: str = "Anne", by_link: bool = True, **values: object) -> Access:
    chosen = {"quality": "parent", "identifier": verifiers.proposed_identifier(coop), "today": TODAY, **values}
    return make_access(SOMEONE, coop, name, by_link=by_link, **chosen)  # type: ignore[arg-type]


def lines() -> list[tuple[str, str]]:
    return list(Journal.select(Journal.action, Journal.subject).order_by(Journal.id).tuples())


def test_an_account_has_a_random_first_password_that_must_be_changed(coop: Cooperative) -> None:
    made = make(coop, by_link=False)
    row = Person.get_by_id(made.person.id)
    assert verify(row.password_hash, made.secret)
    assert (row.role, row.must_change, row.link_digest, row.expires_on) == ("verificateur", 1, None, LAST)
    assert (row.identifier, row.name, row.quality) == ("075-0001-v1", "Anne", "parent")
    assert coop.identifier not in made.secret
    assert make(coop, by_link=False).secret != made.secret
    assert lines() == [("création", "compte")] * 2


def test_a_link_has_a_secret_of_which_the_digest_alone_is_kept(coop: Cooperative) -> None:
    made = make(coop)
    assert len(made.secret) == 43
    found = find_link(made.secret, TODAY)
    assert found is not None
    assert found.id == made.person.id
    stored = "".join(repr(row) for table in TABLES for row in table.select().tuples())
    assert made.secret not in stored
    assert digest_of(made.secret) in stored, "negative control"


def test_nobody_signs_in_with_the_identifier_of_a_link(coop: Cooperative) -> None:
    made = make(coop)
    assert made.person.password_hash.startswith("$argon2id$"), "takes as long as any other to be wrong"
    for guess in (made.secret, digest_of(made.secret), "", made.person.identifier):
        assert people.sign_in(made.person.identifier, guess, "10.0.0.1") is None


@pytest.mark.parametrize("secret", ["", "perdu", "\0", "é" * 50, digest_of("x")])
def test_any_other_link_opens_nothing(coop: Cooperative, secret: str) -> None:
    make(coop)
    assert find_link(secret, TODAY) is None


def test_a_link_serves_until_its_last_day_included(coop: Cooperative) -> None:
    made = make(coop)
    assert find_link(made.secret, LAST) is not None
    assert find_link(made.secret, LAST + timedelta(days=1)) is None
    assert not is_over(made.person, LAST)
    assert is_over(made.person, LAST + timedelta(days=1))
    assert not is_over(a_person("sans-fin", "verificateur"), date(2200, 1, 1))


@pytest.mark.parametrize("by_link", [True, False])
def test_renewing_ends_the_old_secret_and_its_sessions(coop: Cooperative, by_link: bool) -> None:
    made = make(coop, by_link=by_link)
    later = date(2025, 11, 1)
    again = renew_access(SOMEONE, coop, made.person.id, later)
    assert (again.person.id, again.person.expires_on) == (made.person.id, date(2025, 12, 1))
    assert again.person.session_token != made.person.session_token
    assert again.secret != made.secret
    if by_link:
        assert find_link(made.secret, later) is None
        assert find_link(again.secret, later) is not None
    else:
        assert not verify(again.person.password_hash, made.secret)
        assert verify(again.person.password_hash, again.secret)
        assert again.person.must_change
    assert lines()[-1] == ("renouvellement", "compte")


@pytest.mark.parametrize("by_link", [True, False])
def test_nobody_is_given_the_voice_of_a_vérificateur_who_has_spoken(coop: Cooperative, by_link: bool) -> None:
    key = a_year(coop)
    entry = an_entry(key)
    made = make(coop, by_link=by_link)
    before = Person.get_by_id(made.person.id).__data__
    quitus.look(Actor("Anne Petit", made.person.id), key, entry, 0, "a_revoir", "Facture douteuse")
    with pytest.raises(Refusal, match="a déjà dit"):
        renew_access(SOMEONE, coop, made.person.id, TODAY)
    assert Person.get_by_id(made.person.id).__data__ == before
    end_access(SOMEONE, coop, made.person.id)


def test_an_account_of_the_association_is_not_renewed_here(coop: Cooperative) -> None:
    person = a_person("075-0001-parent", "verificateur", coop_identifier=coop.identifier)
    with pytest.raises(Refusal, match="n’a pas été ouvert ici"):
        renew_access(SOMEONE, coop, person.id, TODAY)


@pytest.mark.parametrize("by_link", [True, False])
def test_ending_is_at_once_and_for_good(coop: Cooperative, by_link: bool) -> None:
    made = make(coop, by_link=by_link)
    end_access(SOMEONE, coop, made.person.id)
    row = Person.get_by_id(made.person.id)
    assert row.disabled
    assert row.session_token != made.person.session_token
    assert (row.link_digest is not None) == by_link
    assert find_link(made.secret, TODAY) is None
    assert people.sign_in(row.identifier, made.secret, "10.0.0.1") is None
    assert lines()[-1] == ("fin d’accès", "compte")
    for work in (lambda: end_access(SOMEONE, coop, row.id), lambda: renew_access(SOMEONE, coop, row.id, TODAY)):
        with pytest.raises(NotFound):
            work()


def test_only_vérificateurs_of_the_cooperative_are_reached(coop: Cooperative) -> None:
    elsewhere = a_coop("075-0002")
    others = [make(elsewhere).person, a_person(), a_person("ad075", "ad")]
    before = [row.__data__ for row in Person.select().order_by(Person.id)]
    for person in others:
        with pytest.raises(NotFound):
            end_access(SOMEONE, coop, person.id)
        with pytest.raises(NotFound):
            renew_access(SOMEONE, coop, person.id, TODAY)
    assert [row.__data__ for row in Person.select().order_by(Person.id)] == before


@pytest.mark.parametrize("identifier", ["075-0002-v1", "075-0001", "ad075", "075-0001-a b", ""])
def test_the_identifier_is_one_of_the_cooperatives_own(coop: Cooperative, identifier: str) -> None:
    with pytest.raises(Refusal):
        make(coop, identifier=identifier)
    assert not Person.select().exists()


def test_the_same_identifier_is_given_once(coop: Cooperative) -> None:
    make(coop, identifier="075-0001-v1")
    with pytest.raises(Conflict):
        make(coop, identifier="075-0001-V1")
    assert verifiers.proposed_identifier(coop) == "075-0001-v2"


def test_their_number_is_bounded_at_once_and_in_all(coop: Cooperative, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make(coop) for _ in range(verifiers.MOST_AT_ONCE)]
    with pytest.raises(Refusal, match="déjà 8 accès"):
        make(coop)
    make(a_coop("075-0002"))
    assert renew_access(SOMEONE, coop, made[0].person.id, TODAY), "one of them is not one more"
    end_access(SOMEONE, coop, made[0].person.id)
    make(coop)
    assert make(coop, today=LAST + timedelta(days=1)), "those that are over do not count"
    with pytest.raises(Refusal, match="déjà 8 accès"):
        renew_access(SOMEONE, coop, made[1].person.id, TODAY)
    monkeypatch.setattr(verifiers, "MOST_EVER", 10)
    with pytest.raises(Refusal, match="Trop d’accès"):
        make(coop, today=date(2026, 9, 5))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"role": "mandataire", "link_digest": "a" * 64}, "person_link_of_verifier"),
        ({"link_digest": "court"}, "person_link_of_verifier"),
        ({"quality": "roi"}, "person_quality_known"),
    ],
)
def test_the_database_knows_what_an_access_is(coop: Cooperative, values: dict[str, object], name: str) -> None:
    person = a_person("verif", "verificateur")
    with pytest.raises(PeeweeException, match=name), database.atomic():
        Person.update(values).where(Person.id == person.id).execute()


def test_two_links_never_have_the_same_digest(coop: Cooperative) -> None:
    first, second = make(coop), make(coop)
    with pytest.raises(PeeweeException), database.atomic():
        Person.update(link_digest=first.person.link_digest).where(Person.id == second.person.id).execute()
