"""The compte-rendu financier on screen: the exact words, and the figures of the shared cases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from retkoop.actions import years
from retkoop.models import Cooperative, Department, YearKey
from retkoop.money import format_amount, format_euros
from tests.conftest import TODAY
from tests.factories import CASES, SOMEONE, a_case, a_department, a_person, an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser

BALANCED = "La différence entre l'actif et le passif est : 0,00"
CORRECT = "Ce Compte-Rendu Financier 2024-2025 semble correct."
ADVANCES = "Les régies d'avance ne sont pas équilibrées"
ALL_CASES = sorted(path.name for path in CASES.iterdir())
SOUND_CASES = [name for name in ALL_CASES if name.startswith("ecole")]

Visit = Callable[[str], Browser]


@pytest.fixture
def visit(app: Flask, browse: Callable[[], Browser]) -> Visit:
    """Import a case and give the browser of its mandataire."""

    def imported(name: str) -> Browser:
        key = a_case(name, app.config["STORAGE"])
        a_person(key.coop, coop_identifier=key.coop)
        return browse().sign_in(key.coop)

    return imported


def report(browser: Browser, query: str = "") -> TestResponse:
    """Fetch the report of the only cooperative there is."""
    answer = browser.get(address(query))
    assert answer.status_code == 200
    return answer


def address(query: str = "", page: str = "crf") -> str:
    return f"/coop/{Cooperative.get().identifier}/2024-2025/{page}{query}"


def section(answer: TestResponse, name: str) -> str:
    return pages.text_of(pages.by_id(pages.parse(answer.text), name))


def rows(answer: TestResponse, name: str) -> list[list[str]]:
    """Give the cells of the tables of a section, totals included."""
    found = pages.by_id(pages.parse(answer.text), name)
    assert found is not None
    lines = [row for row in found.iter("tr") if row.find("td") is not None]
    return [[pages.text_of(cell) for cell in row] for row in lines]


def plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def euros(text: str) -> str:
    return plain(format_euros(cents(text)))


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / name / "attendu.json").read_text())
    return found


@pytest.mark.parametrize("name", ALL_CASES)
def test_its_figures_are_those_expected(name: str, visit: Visit) -> None:
    wanted, answer = expected(name), report(visit(name))
    operating = {line[0]: line[-1] for line in rows(answer, "fonctionnement")}
    accounts = {**wanted["charges"], **wanted["produits"]}
    assert {code: operating[code] for code in operating if code.isdigit()} == {
        code[:4]: euros(amount) for code, amount in accounts.items()
    }
    assert operating["Total des charges"] == euros(wanted["total_charges"])
    assert operating["Total des produits"] == euros(wanted["total_produits"])
    word = "excédent" if cents(wanted["resultat"]) > 0 else "déficit"
    assert f"{word} de {euros(wanted['resultat'].lstrip('-'))}" in section(answer, "fonctionnement")
    assert rows(answer, "rapprochement")[-1][-1] == euros(wanted["banque_cahier"])
    assert f"Compte 7410 : {euros(wanted['produits'].get('74100008', '0'))}" in section(answer, "subventions")
    if wanted["caisse_comptee"] is not None:
        assert rows(answer, "arrete")[-1] == ["Total compté", euros(wanted["caisse_comptee"])]


@pytest.mark.parametrize("presentation", ["comptable", "releve"])
@pytest.mark.parametrize("name", ALL_CASES)
def test_both_presentations_of_the_bilan_give_the_expected_gap(name: str, presentation: str, visit: Visit) -> None:
    wanted = expected(name)[f"bilan_{presentation}"]
    answer = report(visit(name), f"?presentation={presentation}")
    sheet = dict(rows(answer, "bilan"))
    assert sheet["Total de l’actif"] == euros(wanted["actif"])
    assert sheet["Total du passif"] == euros(wanted["passif"])
    assert f"La différence entre l'actif et le passif est : {format_amount(cents(wanted['ecart']))}" in answer.text
    assert ("Le bilan simplifié est équilibré." in answer.text) is (cents(wanted["ecart"]) == 0)


@pytest.mark.parametrize("name", ALL_CASES)
def test_it_seems_correct_exactly_when_every_check_holds(name: str, visit: Visit) -> None:
    answer = report(visit(name))
    holds = all(right for code, right in expected(name)["controles"].items() if code != "DATE")
    assert (CORRECT in answer.text) is holds
    assert ("à corriger" in section(answer, "conclusion")) is not holds


@pytest.mark.parametrize("name", SOUND_CASES)
def test_a_sound_year_has_the_exact_words(name: str, visit: Visit) -> None:
    answer = report(visit(name))
    assert pages.text_of(pages.parse(answer.text).find(".//h1")) == "Compte-Rendu Financier 2024-2025"
    for words in (BALANCED, "Le bilan simplifié est équilibré.", CORRECT, "Imprimer le CRF", "Retourner au sommaire"):
        assert words in answer.text
    for name_of_section in ("bilan", "rapprochement", "subventions", "conclusion"):
        assert "Bravo" in section(answer, name_of_section)
    assert ADVANCES not in answer.text


def test_it_explains_the_bank_balance_by_each_unticked_operation(visit: Visit) -> None:
    answer = report(visit("ecole-101"))
    assert rows(answer, "rapprochement") == [
        ["31/08/2025", "Solde du relevé", "", "4 004,52 €"],
        ["07/08/2024", "Compagnie du Tilleul – Spectacle CM1-CM2 (année passée)", "8620028", "-93,63 €"],
        ["29/08/2025", "Participation volontaire des familles CP", "", "+86,00 €"],
        ["Solde banque du cahier", "3 996,89 €"],
    ]
    assert ["20 c", "2", "0,40 €"] in rows(answer, "arrete")


def test_the_bilan_names_its_lines_in_plain_words(visit: Visit) -> None:
    browser = visit("ecole-du-bourg")
    assert [line[0] for line in rows(report(browser), "bilan")] == [
        "Solde banque (512)", "Solde caisse (530)", "Total de l’actif",
        "Report à nouveau", "Résultat de l’exercice (excédent)", "Total du passif",
    ]  # fmt: skip
    assert rows(report(browser, "?presentation=releve"), "bilan") == [
        ["Solde du relevé", "1 331,50 €"], ["Produits à recevoir", "60,00 €"], ["Solde caisse (530)", "50,00 €"],
        ["Total de l’actif", "1 441,50 €"],
        ["Report à nouveau", "1 050,00 €"], ["Résultat de l’exercice (excédent)", "91,50 €"],
        ["Factures à payer", "300,00 €"], ["Total du passif", "1 441,50 €"],
    ]  # fmt: skip


def test_a_coop_at_the_banque_postale_has_account_514(visit: Visit) -> None:
    answer = report(visit("ecole-102-postale"))
    assert "Solde banque (514)" in section(answer, "bilan")
    assert "512" not in section(answer, "bilan")


def test_a_coop_without_cash_has_no_count(visit: Visit) -> None:
    assert section(report(visit("ecole-103-sans-caisse")), "arrete") == "4. Arrêté de caisse Pas de caisse"


def test_an_error_in_the_report_a_nouveau_is_named_and_leads_to_the_opening(visit: Visit) -> None:
    answer = report(visit("faute-report"))
    assert "La différence entre l'actif et le passif est : -10,00" in answer.text
    assert "Le bilan simplifié est équilibré." not in answer.text
    assert links(answer, "bilan")["le report à nouveau, qui n’est pas égal à la banque et à la caisse de départ"
                                  " : -10,00 €"].endswith("/ouverture#soldes")  # fmt: skip


def links(answer: TestResponse, name: str) -> dict[str, str]:
    found = pages.by_id(pages.parse(answer.text), name)
    assert isinstance(found, Element)
    return {pages.text_of(link): link.get("href") or "" for link in found.iter("a")}


def test_a_regie_that_is_not_at_zero_is_named(visit: Visit) -> None:
    answer = report(visit("faute-regie"))
    assert ADVANCES in answer.text
    assert CORRECT not in answer.text
    assert "des régies d’avance non soldées : -42,81 €" in links(answer, "bilan")


def test_regies_that_only_add_up_to_zero_are_named_too(visit: Visit) -> None:
    answer = report(visit("faute-regies-compensees"))
    assert BALANCED in answer.text
    assert ADVANCES in answer.text
    assert CORRECT not in answer.text


@pytest.mark.parametrize(
    ("name", "where", "leads"),
    [("faute-caisse", "arrete", "/caisse#"), ("faute-caisse-absente", "arrete", "/caisse#"),
     ("faute-subvention", "subventions", "/subventions#"), ("faute-releve", "rapprochement", "/releve#"),
     ("faute-ventilation", "bilan", "#ecriture-"), ("faute-justificatif", "conclusion", "/pieces"),
     ("faute-trop", "conclusion", "/releve#")],
)  # fmt: skip
def test_each_fault_has_a_link_in_its_section_and_no_bravo(name: str, where: str, leads: str, visit: Visit) -> None:
    answer = report(visit(name))
    assert any(leads in link for link in links(answer, where).values())
    assert "Bravo" not in section(answer, where)
    assert any(leads in link for link in links(answer, "conclusion").values())


def test_the_presentation_of_the_association_departementale_comes_first(visit: Visit) -> None:
    browser = visit("ecole-du-bourg")
    assert "Solde banque" in section(report(browser), "bilan")
    Department.update(presentation="releve").execute()
    assert "Solde du relevé" in section(report(browser), "bilan")
    assert "Solde banque" in section(report(browser, "?presentation=comptable"), "bilan")
    assert "Solde du relevé" in section(report(browser, "?presentation=autre"), "bilan")


def test_the_other_presentation_is_one_link_away_and_is_the_one_printed(visit: Visit) -> None:
    browser = visit("ecole-du-bourg")
    (other,) = [link for words, link in links(report(browser), "bilan").items() if words.startswith("Présenter")]
    assert other == address("?presentation=releve#bilan")
    answer = browser.get(other)
    assert f'href="{address("?presentation=releve", "crf.pdf")}"' in answer.text


def test_it_is_provisional_until_the_cahier_is_closed(visit: Visit) -> None:
    browser = visit("ecole-du-bourg")
    page = report(browser).text
    assert "provisoire" in page
    assert "Revenir et modifier" in page
    coop = Cooperative.get()
    years.close_year(SOMEONE, YearKey(coop.department, coop.identifier, 2024), lambda: TODAY)
    page = report(browser).text
    assert "provisoire" not in page
    assert "Revenir et modifier" not in page
    assert CORRECT in page


def test_a_year_that_begins_is_readable(mandataire: Browser) -> None:
    answer = mandataire.get("/coop/075-0001/2024-2025/crf")
    assert "Rien pour l’instant" in section(answer, "fonctionnement")
    assert "ni excédent ni déficit" in section(answer, "fonctionnement")
    assert "Solde après pointage (aucun relevé saisi)" in section(answer, "rapprochement")
    assert "n’a pas été comptée" in section(answer, "arrete")


def test_names_are_shown_as_they_were_typed_never_as_html(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, label="<b>Fête</b>", bank=-1_000, allocations=(), advance=an_advance(year, "<i>"),
             advance_amount=1_000)  # fmt: skip
    page = mandataire.get("/coop/075-0001/2024-2025/crf").text
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;Fête" in page
    assert "Régie &lt;i&gt;" in page


@pytest.mark.parametrize("page", ["crf", "crf.pdf"])
def test_only_those_of_the_coop_and_its_ad_may_read_it(
    page: str, mandataire: Browser, verifier: Browser, browse: Callable[[], Browser]
) -> None:
    a_department("038")
    a_person("ad-ici", "ad")
    a_person("ad-ailleurs", "ad", department="038")
    where = f"/coop/075-0001/2024-2025/{page}"
    for reader in (mandataire, verifier, browse().sign_in("ad-ici")):
        assert reader.get(where).status_code == 200
    assert "Revenir et modifier" not in verifier.get("/coop/075-0001/2024-2025/crf").text
    assert browse().sign_in("ad-ailleurs").get(where).status_code == 404
    assert browse().get(where).status_code == 302


@pytest.mark.parametrize("page", ["crf", "crf.pdf"])
def test_another_coop_and_another_year_do_not_exist(page: str, mandataire: Browser, visit: Visit) -> None:
    visit("ecole-du-bourg")
    assert mandataire.get(f"/coop/075-0013/2024-2025/{page}").status_code == 404
    assert mandataire.get(f"/coop/075-0001/2019-2020/{page}").status_code == 404
