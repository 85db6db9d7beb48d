"""« Adhésion » at the cooperative: the headcount, the pledge, the amount due, the entry that is proposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from retkoop import year_rows
from retkoop.actions.membership import save_headcount
from retkoop.actions.years import open_year
from retkoop.audit import OPERATOR
from retkoop.facts import Allocation
from retkoop.membership import SENT, Headcount, Rates, SchoolClass
from retkoop.membership_rows import membership_of
from retkoop.models import ChartAccount, Cooperative, Entry, YearKey
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, a_coop, a_person, an_entry
from tests.support import pages
from tests.support.joined import TERMS, WHO, ask, pay, send
from tests.support.ledger_checks import close_at_once
from tests.views.conftest import Browser, form_of

PAGE = "/coop/075-0001/2024-2025/adhesion"
TYPED = {
    "classes-0-nom": "CP", "classes-0-effectif": "18", "classes-0-enseignant": "Anne",
    "classes-1-nom": "CE1", "classes-1-effectif": "22", "classes-2-nom": "", "classes-2-effectif": "",
    "adultes": "2", "nom": "Camille Test", "engagement": "oui", "version": "0",
    "tarifs": "2024:1",
}  # fmt: skip


def text(answer_text: str) -> str:
    return answer_text.replace("\u00a0", " ").replace("&nbsp;", " ").replace("\u202f", " ")


def test_from_the_headcount_to_the_entry_without_a_script(mandataire: Browser, year: YearKey) -> None:
    ask()
    assert "à remplir" in mandataire.get(PAGE).text
    page = text(mandataire.follow(PAGE, {**TYPED, "envoyer": "1"}).text)
    assert "Adhésion envoyée" in page
    assert "À payer à l’association départementale : 100,00 €, avant le 30/11/2024" in page
    held = membership_of(year)
    assert (held.state, held.who.pupils, held.due.total) == (SENT, 40, 10_000)
    assert "cahier?adhesion=1#entry-form" in page

    form = form_of(mandataire.get("/coop/075-0001/2024-2025/cahier?adhesion=1"), "entry-form")
    assert form["libelle"] == "OCCE 075 – Adhésion et assurance 2024-2025"
    assert [form[f"lignes-{n}-compte"] for n in (0, 1)] == ["62810008", "61681008"]
    assert [form[f"lignes-{n}-montant"] for n in (0, 1)] == ["80,00", "20,00"]
    mandataire.post("/coop/075-0001/2024-2025/cahier", {**form, "date": "2024-11-20"})
    assert [entry.bank for entry in Entry.select()] == [-10_000]
    page = mandataire.get(PAGE).text
    assert "Ce règlement est dans le cahier" in page
    assert "Noter ce règlement" not in page
    page = mandataire.get("/coop/075-0001/2024-2025/cahier?adhesion=1").text
    assert "est déjà dans le cahier" in page
    assert 'value="80,00"' not in page, "it is not proposed twice"


def test_an_expense_that_may_be_the_payment_is_told_before_it_is_noted_twice(
    mandataire: Browser, year: YearKey
) -> None:
    ask()
    send(year)
    assert "a déjà une dépense sur ces comptes" not in mandataire.get(PAGE).text
    an_entry(year, voucher="07", label="OCCE", bank=-9_000, allocations=(Allocation("62810008", 9_000),))
    page = mandataire.get(PAGE).text
    assert "a déjà une dépense sur ces comptes" in page
    assert "07 OCCE" in page
    assert "Noter ce règlement dans le cahier" in page


def test_the_total_is_told_as_it_is_typed_and_nothing_is_kept(mandataire: Browser, year: YearKey) -> None:
    ask()
    mandataire.get(PAGE)
    page = mandataire.post(f"{PAGE}/total", TYPED).text
    assert "2 classes" in page
    assert "100,00 €</strong>, dont adhésion 80,00 € et assurance 20,00 €" in text(page)
    assert page.count('aria-label="Classe ') == 6
    fragment = mandataire.post(f"{PAGE}/total", TYPED, htmx=True)
    swapped = pages.by_id(pages.parse_fragment(fragment.text), "membership-total")
    assert pages.text_of(swapped) == pages.text_of(pages.by_id(pages.parse(page), "membership-total"))
    assert membership_of(year).version == 0


def test_more_lines_come_as_they_are_filled(mandataire: Browser) -> None:
    mandataire.get(PAGE)
    many = {f"classes-{n}-nom": f"Classe {n}" for n in range(8)} | {f"classes-{n}-effectif": "20" for n in range(8)}
    assert mandataire.post(f"{PAGE}/total", many).text.count('aria-label="Classe ') == 10


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"engagement": None}, "Cochez la case pour vous engager"),
        ({"nom": ""}, "Écrivez le nom de la personne qui s’engage."),
        ({"classes-0-effectif": "beaucoup"}, "Écrivez un nombre entier"),
        ({"classes-0-effectif": "1000"}, "999 au plus"),
        ({"classes-0-effectif": ""}, "Indiquez le nombre d’élèves."),
        ({"classes-0-nom": ""}, "Écrivez le nom ou le niveau"),
        ({"classes-0-nom": "x" * 61}, "trop long"),
        ({"classes-1-nom": "cp"}, "Deux classes s’appellent"),
        ({"adultes": "-1"}, "Écrivez un nombre entier"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    mandataire: Browser, year: YearKey, typed: dict[str, str | None], words: str
) -> None:
    ask()
    mandataire.get(PAGE)
    data = {name: value for name, value in {**TYPED, "envoyer": "1", **typed}.items() if value is not None}
    answer = mandataire.post(PAGE, data)
    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "’")
    assert 'value="CE1"' in answer.text or 'value="cp"' in answer.text
    assert membership_of(year).version == 0


def test_nothing_at_all_is_no_adhesion(mandataire: Browser, year: YearKey) -> None:
    ask()
    mandataire.get(PAGE)
    answer = mandataire.post(PAGE, {"envoyer": "1", "nom": "Camille", "engagement": "oui"})
    assert answer.status_code == 422
    assert "au moins une classe" in answer.text


def test_without_rates_the_headcount_is_kept_and_not_sent(mandataire: Browser, year: YearKey) -> None:
    assert "pas encore indiqué ses tarifs" in mandataire.get(PAGE).text
    page = mandataire.follow(PAGE, TYPED).text
    assert "Effectif enregistré" in page
    assert "Envoyer l’adhésion" not in page
    assert membership_of(year).who == WHO
    assert mandataire.post(PAGE, {**TYPED, "version": "1", "envoyer": "1"}).status_code == 422


def test_the_year_before_is_proposed_to_begin_with(mandataire: Browser, year: YearKey) -> None:
    ask()
    send(year)
    coop = Cooperative.get(Cooperative.identifier == "075-0001")
    open_year(OPERATOR, coop, SchoolYear(2025))
    form = form_of(mandataire.get("/coop/075-0001/2025-2026/adhesion"), "adhesion")
    assert (form["classes-1-nom"], form["classes-1-effectif"], form["adultes"]) == ("CE1", "22", "2")
    assert membership_of(year._replace(start_year=2025)).version == 0


def test_two_mandataires_at_the_same_time_see_both(mandataire: Browser, year: YearKey) -> None:
    ask()
    mandataire.get(PAGE)
    save_headcount(SOMEONE, year, 0, Headcount((SchoolClass("Autre", 3),)))
    answer = mandataire.post(PAGE, {**TYPED, "envoyer": "1"})
    assert answer.status_code == 409
    assert "entre-temps" in answer.text
    assert 'value="CE1"' in answer.text
    version = form_of(answer, "adhesion")["version"]
    assert mandataire.post(PAGE, {**TYPED, "version": version, "envoyer": "1"}).status_code == 303


def test_terms_that_changed_since_the_page_was_opened_are_shown_before_anything_is_agreed(
    mandataire: Browser, year: YearKey
) -> None:
    ask()
    form = form_of(mandataire.get(PAGE), "adhesion")
    ask(terms=replace(TERMS, rates=Rates(child=1_000), pledge="Je m’engage autrement."), seen=1)
    answer = mandataire.post(PAGE, {**TYPED, "tarifs": form["tarifs"], "envoyer": "1"})
    assert answer.status_code == 409
    page = text(answer.text)
    assert "a changé ses tarifs ou l’engagement depuis que vous avez ouvert cette page" in page
    assert "Je m’engage autrement." in page
    assert "400,00 €" in page
    assert 'value="CE1"' in page
    assert membership_of(year).version == 0
    again = form_of(answer, "adhesion")
    assert again["tarifs"] == "2024:2"
    assert "checked" not in page
    mandataire.follow(PAGE, {**TYPED, "tarifs": again["tarifs"], "envoyer": "1"})
    held = membership_of(year)
    assert held.due.total == 40_000
    assert held.pledge is not None
    assert held.pledge.words == "Je m’engage autrement."


def test_a_form_that_names_no_terms_sends_nothing(mandataire: Browser, year: YearKey) -> None:
    ask()
    mandataire.get(PAGE)
    for forged in ("", "2023:1", "x" * 5_000):
        assert mandataire.post(PAGE, {**TYPED, "tarifs": forged, "envoyer": "1"}).status_code == 409
    assert membership_of(year).version == 0


def test_it_is_corrected_as_long_as_nothing_was_received(mandataire: Browser, year: YearKey) -> None:
    ask()
    send(year)
    assert "Corriger l’effectif" in mandataire.get(PAGE).text
    form = form_of(mandataire.get(f"{PAGE}?corriger=1"), "adhesion")
    assert form["version"] == "1"
    mandataire.follow(PAGE, {**TYPED, "version": "1", "adultes": "4", "envoyer": "1"})
    assert membership_of(year).due.total == 11_000
    pay(year, 500)
    page = mandataire.get(f"{PAGE}?corriger=1").text
    assert "Corriger l’effectif" not in page
    answer = mandataire.post(PAGE, {**TYPED, "version": "3", "envoyer": "1"})
    assert answer.status_code == 409
    assert "ne se corrige plus" in answer.text


def test_a_verifier_reads_and_changes_nothing(verifier: Browser, year: YearKey) -> None:
    ask()
    send(year)
    page = verifier.get(PAGE).text
    assert "CE1" in page
    assert "<form id=" not in page
    assert "Noter ce règlement" not in page
    assert verifier.post(PAGE, TYPED).status_code == 403


def test_a_closed_year_still_takes_it_and_proposes_no_entry(mandataire: Browser, year: YearKey) -> None:
    ask()
    close_at_once(year)
    page = mandataire.follow(PAGE, {**TYPED, "envoyer": "1"}).text
    assert "Adhésion envoyée" in page
    assert "Noter ce règlement" not in page


def test_no_entry_is_proposed_where_the_chart_lacks_the_accounts(mandataire: Browser, year: YearKey) -> None:
    ask()
    send(year)
    missing = ChartAccount.code == "62810008"
    ChartAccount.delete().where(missing).execute()
    year_rows._chart_version.cache_clear()
    assert "Noter ce règlement" not in mandataire.get(PAGE).text
    form = form_of(mandataire.get("/coop/075-0001/2024-2025/cahier?adhesion=1"), "entry-form")
    assert form["libelle"] == ""


def test_the_cahier_proposes_nothing_as_long_as_nothing_was_sent(mandataire: Browser) -> None:
    ask()
    form = form_of(mandataire.get("/coop/075-0001/2024-2025/cahier?adhesion=1"), "entry-form")
    assert form["libelle"] == ""


def test_the_report_of_activity_proposes_what_was_sent(mandataire: Browser, year: YearKey) -> None:
    ask()
    save_headcount(SOMEONE, year, 0, WHO)
    assert "d’après l’adhésion" not in mandataire.get("/coop/075-0001/2024-2025/cra").text
    send(year, WHO, 1)
    page = text(mandataire.get("/coop/075-0001/2024-2025/cra").text)
    assert page.count("d’après l’adhésion") == 3
    assert "proposé : 40 d’après l’adhésion" in page


def test_a_neighbour_learns_nothing(mandataire: Browser, year: YearKey, browse: Callable[[], Browser]) -> None:
    a_coop("075-0002")
    a_person("075-0002", coop_identifier="075-0002")
    other = browse().sign_in("075-0002")
    assert other.get(PAGE).status_code == 404
    assert other.post(PAGE, TYPED).status_code == 404
