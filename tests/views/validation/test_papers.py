"""The papers beside the figures that the AD validates: chosen by plain links, compared with their operation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.audit import record
from retkoop.models import Scan, YearKey
from tests.factories import SOMEONE, a_case, a_coop, a_person, a_year, an_entry
from tests.views.conftest import Browser

FILE = "/ad/075/validation/075-0013/2024-2025"
PIECES = "/coop/075-0013/2024-2025/pieces/"


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give a year with scans; AD 075 has an account."""
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person("asso", "ad", name="Michel")
    return key


@pytest.fixture
def association(key: YearKey, browse: Callable[[], Browser]) -> Browser:
    return browse().sign_in("asso")


def scans_of(key: YearKey) -> list[Scan]:
    return list(Scan.select().where(key.of(Scan), Scan.entry.is_null(False)).order_by(Scan.number))


def test_no_paper_is_loaded_until_one_is_chosen(association: Browser) -> None:
    page = association.get(FILE).text
    assert "Choisissez un compte" in page
    assert "<img" not in page


def test_an_account_leads_to_its_operations_and_an_operation_to_its_paper(association: Browser, key: YearKey) -> None:
    page = association.get(f"{FILE}?operations=61800008").text
    assert "Voir<span" in page
    assert "<img" not in page
    scan = scans_of(key)[0]
    page = association.get(f"{FILE}?operations=tout&piece={scan.number}").text
    assert f'src="{PIECES}{scan.number}' in page
    assert 'class="looked"' in page
    assert "Suivante" in page
    assert "Revenir aux comptes" in page


def test_the_next_paper_is_the_following_of_the_same_choice(association: Browser, key: YearKey) -> None:
    first, *_, last = scans_of(key)
    page = association.get(f"{FILE}?operations=tout&piece={first.number}").text
    assert "Pièce" in page
    assert f"sur {len(scans_of(key))}</p>" in page
    assert association.get(f"{FILE}?piece={last.number}").status_code == 200


def test_operations_without_paper_are_listed(association: Browser) -> None:
    page = association.get(f"{FILE}?operations=sans").text
    assert "sans pièce" in page
    assert "Voir<span" not in page


@pytest.mark.parametrize("query", ["piece=99999", "document=99999", "piece=-1", "piece=99999999999999999999"])
def test_the_paper_of_another_exercice_is_not_found(association: Browser, query: str) -> None:
    assert association.get(f"{FILE}?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["operations=zz", "operations=12345678901234", "suite=-4", "suite=99999999999", "piece=x"]
)
def test_what_means_nothing_is_passed_over(association: Browser, query: str) -> None:
    assert association.get(f"{FILE}?{query}").status_code == 200


def test_the_association_of_another_departement_sees_none(
    app: Flask, key: YearKey, browse: Callable[[], Browser]
) -> None:
    a_year(a_coop("038-0001"))
    a_person("asso38", "ad", department="038")
    stranger = browse().sign_in("asso38")
    scan = scans_of(key)[0]
    assert stranger.get(f"{FILE}?piece={scan.number}").status_code == 404
    assert stranger.get(f"/ad/038/validation/075-0013/2024-2025?piece={scan.number}").status_code == 404


def test_what_was_done_last_names_the_entry(association: Browser, key: YearKey) -> None:
    number = an_entry(key, voucher="88", label="Cars Meunier")
    record(SOMEONE, key, "pointage", f"ecriture:{number}", after="2025-06-30")
    for page in (FILE, "/ad/075/coops/075-0013"):
        assert "Pointage de l’écriture 88, Cars Meunier, 12,00\u202f€" in association.get(page).text.replace(
            "&nbsp;", "\u202f"
        ).replace("\xa0", "\u202f")


def test_from_the_pages_of_a_cooperative_the_association_finds_its_file_again(
    association: Browser, key: YearKey, browse: Callable[[], Browser]
) -> None:
    back = f'<a href="{FILE}">Revenir au dossier 2024-2025</a>'
    for page in ("", "cahier", "documents", "crf"):
        assert back in association.get(f"/coop/075-0013/2024-2025/{page}").text
    assert "Revenir au dossier" not in association.get(FILE).text
    assert 'href="/ad/075/coops/075-0013' in association.get("/coop/075-0013/identite").text
    a_person(key.coop, coop_identifier=key.coop)
    assert "Revenir au dossier" not in browse().sign_in(key.coop).get("/coop/075-0013/2024-2025/cahier").text
