"""A session ends after one idle hour, and nothing that was typed is lost with it."""

from __future__ import annotations

from collections.abc import Callable

import time_machine

from retkoop.models import Entry, YearKey
from tests.factories import a_person
from tests.views.conftest import Browser

BOOK = "/coop/075-0001/2024-2025/cahier"
TYPED = {
    "date": "2024-10-18", "libelle": "OCCE – Adhésion <b>", "nature": "depense", "moyen": "banque",
    "lignes-0-compte": "62810008", "lignes-0-montant": "80", "mot_de_passe": "",
}  # fmt: skip


def test_each_page_gives_another_hour(year: YearKey, browse: Callable[[], Browser]) -> None:
    a_person()
    with time_machine.travel("2024-11-05T08:00:00+01:00", tick=False) as clock:
        browser = browse().sign_in("075-0001")
        for _ in range(4):
            clock.shift(59 * 60)
            assert browser.get(BOOK).status_code == 200
        clock.shift(60 * 60 + 1)
        assert browser.get(BOOK).headers["Location"] == f"/connexion?next={BOOK}"


def test_what_was_typed_stays_on_the_page(year: YearKey, browse: Callable[[], Browser]) -> None:
    a_person()
    with time_machine.travel("2024-11-05T08:00:00+01:00", tick=False) as clock:
        browser = browse().sign_in("075-0001")
        browser.get(BOOK)
        clock.shift(60 * 60 + 1)
        answer = browser.post(BOOK, TYPED)
    assert answer.status_code == 401
    assert "Votre session est fermée" in answer.text
    for said in ("OCCE – Adhésion &lt;b&gt;", "2024-10-18", "80", "62810008"):
        assert f"<dd>{said}</dd>" in answer.text
    assert browser.token not in answer.text.split("Ce que vous aviez saisi")[1]
    assert not Entry.select().exists()


def test_with_htmx_the_form_is_left_as_it_is(year: YearKey, browse: Callable[[], Browser]) -> None:
    a_person()
    with time_machine.travel("2024-11-05T08:00:00+01:00", tick=False) as clock:
        browser = browse().sign_in("075-0001")
        browser.get(BOOK)
        clock.shift(60 * 60 + 1)
        answer = browser.post(BOOK, TYPED, htmx=True)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (401, "#messages")
    assert "dans un autre onglet" in answer.text


def test_a_password_is_never_given_back(year: YearKey, browse: Callable[[], Browser]) -> None:
    a_person()
    with time_machine.travel("2024-11-05T08:00:00+01:00", tick=False) as clock:
        browser = browse().sign_in("075-0001")
        browser.get("/mot-de-passe")
        clock.shift(60 * 60 + 1)
        answer = browser.post("/mot-de-passe", {"actuel": "secret un", "nouveau": "secret deux", "encore": "secret"})
    assert answer.status_code == 401
    assert "secret" not in answer.text
