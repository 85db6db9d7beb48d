"""What a person did is theirs alone to take back, once, at their own address, while the year is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retkoop.actions.undo import last_steps, undo
from retkoop.audit import Actor
from retkoop.errors import Refusal
from retkoop.models import Entry, Journal, Person, Year, YearKey
from tests.factories import a_person, an_entry
from tests.test_concurrency import at_once
from tests.views.conftest import Browser

STEPS = "/coop/075-0001/2024-2025/cahier/mes-actions"
GROUPED = "/coop/075-0001/2024-2025/pieces/annuler"


@pytest.fixture
def step(year: YearKey, mandataire: Browser) -> int:
    """Give the step of an entry that the mandataire added."""
    me = Actor("Camille", Person.get().id)
    an_entry(year, me)
    return last_steps(year, me.person)[0].id


def stands(year: YearKey) -> bool:
    """Tell whether the entry is still in the cahier."""
    return Entry.select().where(year.of(Entry), Entry.struck_at.is_null()).exists()


def asked(browser: Browser, step: int) -> tuple[int, int]:
    """Ask for a step at both addresses that take one back; give the statuses."""
    fields = {"csrf_token": browser.token, "etape": str(step)}
    one = browser.client.post(f"{STEPS}/{step}/annuler", data=fields).status_code
    return one, browser.client.post(GROUPED, data=fields).status_code


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_colleague_of_the_same_cooperative_takes_nothing_back(
    year: YearKey, step: int, browse: Callable[[], Browser]
) -> None:
    a_person("collegue")
    colleague = browse().sign_in("collegue")
    assert asked(colleague, step) == (404, 404)
    assert str(step) not in colleague.get(STEPS).text
    assert stands(year)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_readers_and_strangers_take_nothing_back(year: YearKey, step: int, browse: Callable[[], Browser]) -> None:
    a_person("verif", "verificateur")
    a_person("ad-075", "ad")
    a_person("ad-013", "ad", department="075")
    Person.update(department="013").where(Person.identifier == "ad-013").execute()
    for name, status in (("verif", 403), ("ad-075", 403), ("ad-013", 404)):
        assert asked(browse().sign_in(name), step) == (status, status), name
    assert stands(year)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_once_closed_the_address_of_a_step_is_dead(year: YearKey, step: int, mandataire: Browser) -> None:
    me = Actor("Camille", Person.get().id)
    an_entry(year, me)
    assert asked(mandataire, last_steps(year, me.person)[0].id)[0] == 303, "negative control: it is alive until then"
    assert Entry.select().where(year.of(Entry), Entry.struck_at.is_null()).count() == 1
    Year.update(state="closed").where(year.of(Year)).execute()
    assert asked(mandataire, step) == (409, 409)
    assert stands(year)


def test_asked_twice_at_the_same_moment_it_is_taken_back_once(year: YearKey, step: int) -> None:
    me = Actor("Camille", Person.get().id)
    answers = at_once([lambda: undo(me, year, step)] * 4)
    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    assert Journal.select().where(year.of(Journal), Journal.action == "annulation").count() == 1
    assert not stands(year)
