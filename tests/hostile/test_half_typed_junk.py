"""What is kept unread for a person never keeps them out of their cahier, and never piles up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from retkoop.actions import half_typed
from retkoop.models import Entry, HalfTyped, Person, YearKey
from tests.factories import a_person, an_entry
from tests.views.conftest import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
BOOK = "/coop/075-0001/2024-2025/cahier"
LOOKS = [f"{BOOK}?vue={mode}" for mode in ("simple", "classique", "automatique")]
NAMES = ("date", "pj", "libelle", "nature", "moyen", "regie", "version", "saisie", "banque_sortie", "lignes-0-montant",
         "lignes-0-compte", "parts-0-compte", "parts-0-part", "lignes-99999-montant", "parts-999999999-part",
         "lignes-0-0-0", "lignes--compte", "lignes-x", "projet", "total", "cheque")  # fmt: skip
JUNK = ("", "-1", "²", "9" * 40, "9*9*9", "1+" * 30 + "1", "0000-00-00", "\u202e%_[(*", "x" * 300, "libre")


def store(year: YearKey, place: int, fields: str) -> None:
    """Put a text in the place of what waits for the mandataire."""
    HalfTyped.delete().execute()
    row = {"person": Person.get().id, "entry": place, "fields": fields, "at": datetime.now(UTC)}
    HalfTyped.insert(**year._asdict(), **row).execute()


@pytest.mark.parametrize("place", [half_typed.NEW, half_typed.FORM, 1])
def test_junk_that_waits_is_shown_and_goes_away(year: YearKey, mandataire: Browser, place: int) -> None:
    an_entry(year)
    for junk in JUNK:
        store(year, place, json.dumps(dict.fromkeys(NAMES, junk)))
        for look in LOOKS:
            answer = mandataire.client.get(look)
            assert answer.status_code == 200, (ascii(junk), look)
    gone = f"{BOOK}/formulaire/effacer" if place == half_typed.FORM else f"{BOOK}/grille/{place}/abandon"
    assert mandataire.post(gone).status_code == 303
    assert not HalfTyped.select().exists()


def test_what_cannot_be_read_would_be_seen(year: YearKey, mandataire: Browser) -> None:
    """Negative control: what waits is read by these pages."""
    store(year, half_typed.NEW, "{nothing that was ever written")
    for look in LOOKS:
        with pytest.raises(ValueError, match="Expecting"):
            mandataire.client.get(look)


def test_what_waits_for_a_person_is_bounded(year: YearKey, mandataire: Browser) -> None:
    """Each form bears another key, as a script would send them."""
    an_entry(year)
    for n in range(12):
        line = {
            "csrf_token": mandataire.token,
            "saisie": "classique",
            "libelle": f"à moitié {n}",
            "date": "?",
            "cle": f"{n}",
        }
        for address in (f"{BOOK}/grille", f"{BOOK}/grille/1", BOOK, f"{BOOK}/ecritures/1"):
            sent = {**line, f"lignes-{n}-montant": "x" * 50}
            assert mandataire.client.post(address, data=sent).status_code == 422
    kept = [text for (text,) in HalfTyped.select(HalfTyped.fields).tuples()]
    assert 3 <= len(kept) <= 12
    assert max(map(len, kept)) < 8_000


@pytest.mark.parametrize("number", [0, 2, 99, 999_999_999])
def test_nothing_waits_for_an_entry_that_is_not_there(year: YearKey, mandataire: Browser, number: int) -> None:
    """Memory that anybody could fill, number by number; 0 is the new line, which has its own address."""
    an_entry(year)
    line = {"saisie": "classique", "libelle": "à moitié", "date": "?"}
    answer = mandataire.client.post(f"{BOOK}/grille/{number}", data={"csrf_token": mandataire.token, **line})
    assert answer.status_code == 404
    assert not HalfTyped.select().exists()
    mandataire.post(f"{BOOK}/grille/1", line)
    assert HalfTyped.select().count() == 1, "negative control: for one that is there, it does"


def test_another_persons_text_is_neither_seen_nor_given_up(year: YearKey, mandataire: Browser, browse) -> None:  # type: ignore[no-untyped-def]
    an_entry(year)
    a_person("collegue")
    mandataire.post(f"{BOOK}/grille/1", {"saisie": "classique", "libelle": "Mot de Camille", "date": "?"})
    colleague = browse().sign_in("collegue")
    for look in (*LOOKS, f"{BOOK}?vue=classique&ligne=1", f"{BOOK}/grille/1"):
        assert "Mot de Camille" not in colleague.client.get(look, headers={"HX-Request": "true"}).text
    colleague.post(f"{BOOK}/grille/1/abandon")
    assert HalfTyped.select().count() == 1
    assert "Mot de Camille" in mandataire.get(f"{BOOK}?vue=classique").text, "negative control: its author sees it"
    assert Entry.get().label != "Mot de Camille"
