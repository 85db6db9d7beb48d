"""The sample on screen: drawn by those who keep or verify the books, and what a vérificateur saw kept in one click."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retkoop import desks
from retkoop.models import Entry, Journal, VoucherLook, YearKey
from retkoop.quitus_rows import draw_of, looks_of
from tests.factories import a_person, an_entry
from tests.support import pages
from tests.support.ledger_checks import close_at_once
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import YEAR

QUITUS = f"{YEAR}/quitus"
SAMPLE = f"{QUITUS}/verification"


@pytest.fixture
def drawn(year: YearKey, mandataire: Browser) -> YearKey:
    """Give a year of three entries, all in its sample."""
    for voucher in ("01", "02", "03"):
        an_entry(year, voucher=voucher)
    draw(mandataire)
    return year


def draw(browser: Browser, **typed: str) -> str:
    fields = {**form_of(browser.get(QUITUS), "draw-form"), **typed}
    return browser.follow(f"{QUITUS}/tirage", fields).text


def text(page: str, name: str = "contenu") -> str:
    return pages.text_of(pages.by_id(pages.parse(page), name))


def verdicts(page: str, number: int) -> list[tuple[str, str | None]]:
    article = pages.by_id(pages.parse(page), f"verif-{number}")
    assert article is not None
    buttons = (one for one in article.iter("button") if one.get("name") == "avis")
    return [(str(one.get("value")), one.get("aria-pressed")) for one in buttons]


def test_it_is_drawn_by_a_button_and_says_how(mandataire: Browser, year: YearKey) -> None:
    assert "L’échantillon n’est pas encore tiré" in text(mandataire.get(QUITUS).text)
    for _ in range(3):
        an_entry(year, voucher="01")
    page = draw(mandataire, montant="200", hasard="2")
    found = draw_of(year)
    assert found is not None
    assert f"Tirage n° {found.number} (1er de l’année) : toutes les écritures de plus de 200,00 €" in text(page)
    assert "plus 2 autres au hasard" in text(page)
    assert "2 écritures : 0 vue, 0 à revoir, 2 à regarder encore." in text(page)
    assert "Au hasard (2)" in text(mandataire.get(QUITUS).text)


def test_a_draw_sent_twice_is_made_once(mandataire: Browser, drawn: YearKey) -> None:
    fields = form_of(mandataire.get(QUITUS), "draw-form")
    assert [mandataire.post(f"{QUITUS}/tirage", fields).status_code for _ in range(2)] == [303, 303]
    found = draw_of(drawn)
    assert found is not None
    assert found.rank == 2
    assert "2e de l’année" in text(mandataire.get(QUITUS).text)


@pytest.mark.parametrize(("typed", "said"), [({"montant": "x"}, "montant"), ({"hasard": "51"}, "Au plus 50")])
def test_what_is_no_draw_is_told_under_its_field(
    mandataire: Browser, drawn: YearKey, typed: dict[str, str], said: str
) -> None:
    before = draw_of(drawn)
    answer = mandataire.post(f"{QUITUS}/tirage", {**form_of(mandataire.get(QUITUS), "draw-form"), **typed})
    assert answer.status_code == 422
    assert said in text(answer.text, "draw-form")
    assert form_of(answer, "draw-form")[next(iter(typed))] == next(iter(typed.values()))
    assert draw_of(drawn) == before


def test_a_vérificateur_draws_too_and_the_journal_says_who(verifier: Browser, year: YearKey) -> None:
    draw(verifier)
    line = Journal.select().where(Journal.action == "tirage").get()
    assert (line.who, line.subject) == ("verif", "echantillon")


def test_one_click_keeps_what_was_seen_and_the_next_takes_it_back(verifier: Browser, drawn: YearKey) -> None:
    assert verdicts(verifier.get(SAMPLE).text, 1) == [("vu", "false"), ("a_revoir", "false")]
    page = verifier.follow(f"{SAMPLE}/1", {"avis": "vu", "remarque": "", "version": "0"}).text
    assert verdicts(page, 1) == [("", "true"), ("a_revoir", "false")]
    assert "3 écritures : 1 vue, 0 à revoir, 2 à regarder encore." in text(page)
    page = verifier.follow(f"{SAMPLE}/1", {"avis": "", "remarque": "", "version": "1"}).text
    assert verdicts(page, 1) == [("vu", "false"), ("a_revoir", "false")]
    assert looks_of(drawn) == ()


def test_a_remark_goes_along_with_any_click_and_is_one_line(verifier: Browser, drawn: YearKey) -> None:
    verifier.follow(f"{SAMPLE}/2", {"avis": "a_revoir", "remarque": " Illisible,\r\n demander ", "version": "0"})
    (found,) = looks_of(drawn)
    assert (found.verdict, found.remark) == ("a_revoir", "Illisible, demander")
    page = verifier.follow(f"{SAMPLE}/2", {"remarque": "Reçue depuis", "version": "1"}).text
    assert verdicts(page, 2) == [("vu", "false"), ("", "true")]
    assert looks_of(drawn)[0].remark == "Reçue depuis"


def test_an_old_tab_keeps_what_was_typed_beside_what_is_stored(verifier: Browser, drawn: YearKey) -> None:
    verifier.follow(f"{SAMPLE}/1", {"remarque": "Première", "version": "0"})
    answer = verifier.post(f"{SAMPLE}/1", {"remarque": "Seconde", "version": "0"})
    assert answer.status_code == 409
    assert "Enregistré maintenant : Première" in text(answer.text, "verif-1")
    article = pages.by_id(pages.parse(answer.text), "verif-1")
    assert article is not None
    assert [box.text for box in article.iter("textarea")] == ["Seconde"]
    fields = {str(one.get("name")): str(one.get("value")) for one in article.iter("input")}
    verifier.follow(f"{SAMPLE}/1", {**fields, "remarque": "Seconde"})
    assert [look.remark for look in looks_of(drawn)] == ["Seconde"]


def test_a_remark_too_long_is_kept_on_the_page(verifier: Browser, drawn: YearKey) -> None:
    answer = verifier.post(f"{SAMPLE}/1", {"remarque": "x" * 301, "version": "0", "avis": "vu"})
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    assert looks_of(drawn) == ()


def test_others_read_what_was_seen_and_have_no_button(
    mandataire: Browser, verifier: Browser, drawn: YearKey, browse: Callable[[], Browser]
) -> None:
    verifier.follow(f"{SAMPLE}/1", {"avis": "a_revoir", "remarque": "Illisible", "version": "0"})
    a_person("ad075", "ad")
    for reader in (mandataire, browse().sign_in("ad075")):
        page = reader.get(SAMPLE).text
        assert "verif : à revoir, Illisible" in text(page, "verif-1")
        assert "Pas encore regardée" in text(page, "verif-2")
        assert verdicts(page, 1) == []
        assert reader.post(f"{SAMPLE}/2", {"avis": "vu"}).status_code == 403
    assert len(looks_of(drawn)) == 1


def test_two_vérificateurs_see_each_other(verifier: Browser, drawn: YearKey, browse: Callable[[], Browser]) -> None:
    verifier.follow(f"{SAMPLE}/1", {"avis": "vu", "remarque": "Bien", "version": "0"})
    a_person("zoe", "verificateur")
    zoe = browse().sign_in("zoe")
    page = zoe.get(SAMPLE).text
    assert "verif : vu, Bien" in text(page, "verif-1")
    assert verdicts(page, 1) == [("vu", "false"), ("a_revoir", "false")]


def test_it_goes_on_after_the_closing_until_the_states_say(
    verifier: Browser, drawn: YearKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_at_once(drawn)
    page = verifier.follow(f"{SAMPLE}/1", {"avis": "vu", "remarque": "", "version": "0"}).text
    assert verdicts(page, 1) == [("", "true"), ("a_revoir", "false")]
    monkeypatch.setattr(desks, "LOOKED_AT_IN", frozenset({"open"}))
    page = verifier.get(SAMPLE).text
    assert verdicts(page, 1) == []
    assert "verif : vu" in text(page, "verif-1")


def test_an_entry_that_is_not_there_is_not_found(verifier: Browser, drawn: YearKey) -> None:
    assert verifier.post(f"{SAMPLE}/99", {"avis": "vu"}).status_code == 404
    assert not VoucherLook.select().exists()


def test_a_long_sample_is_read_page_by_page(mandataire: Browser, verifier: Browser, year: YearKey) -> None:
    for number in range(45):
        an_entry(year, bank=0, cash=-1_200, voucher=f"{number:02d}")
    draw(mandataire)
    pages_there = [verifier.get(f"{SAMPLE}?page={n}").text for n in (1, 2, 3)]
    assert [page.count("<article") for page in pages_there] == [20, 20, 5]
    for odd in ("0", "-1", "99", "x", "²", "9" * 30, ""):
        assert verifier.get(f"{SAMPLE}?page={odd}").status_code == 200
    answer = verifier.post(f"{SAMPLE}/45", {"avis": "vu", "remarque": "", "version": "0", "page": "3"})
    assert answer.headers["Location"].endswith("page=3#verif-45")


def test_a_hostile_remark_is_only_a_text(verifier: Browser, mandataire: Browser, drawn: YearKey) -> None:
    typed = '</textarea><script>alert(1)</script>"{{ 7*7 }}'
    verifier.follow(f"{SAMPLE}/1", {"remarque": typed, "version": "0"})
    for browser in (verifier, mandataire):
        page = browser.get(SAMPLE).text
        assert "<script>alert" not in page
        assert typed in text(page, "verif-1")


def test_nothing_of_the_cahier_moved(verifier: Browser, drawn: YearKey) -> None:
    before = list(Entry.select().order_by(Entry.number).tuples())
    verifier.follow(f"{SAMPLE}/1", {"avis": "vu", "remarque": "Bien", "version": "0"})
    assert list(Entry.select().order_by(Entry.number).tuples()) == before
