"""The association départementale reads its cooperatives and no other; the fédération counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.models import Year
from tests.factories import a_coop, a_department, a_person, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of AD 075, which has two cooperatives; AD 013 has one."""
    an_entry(a_year(a_coop("075-0001", name="Les Lilas")))
    a_coop("075-0002", name="Les <i>Roses</i>")
    a_year(a_coop("013-0001", name="Le Port"))
    a_person("asso", "ad")
    return browse().sign_in("asso")


def cells(html: str) -> list[list[str]]:
    """Give the words of a table, row by row."""
    return [[pages.text_of(cell) for cell in row.iter("td")] for row in pages.parse(html).iter("tr")][1:]


def test_it_lists_its_own_cooperatives(association: Browser) -> None:
    page = association.get("/ad/075/?annee=2024-2025")
    second, first = cells(page.text)
    assert first[:2] == ["Les Lilas 075-0001", "Pas prête : Les Lilas, 2024-2025"]
    assert second[:3] == ["Les <i>Roses</i> 075-0002", "Pas prête", "exercice pas ouvert"]
    assert first[3:6] == ["988,00", "50,00", "-12,00"]
    Year.update(state="validated").execute()
    assert cells(association.get("/ad/075/").text)[1][1:3] == ["Validée : Les Lilas, 2024-2025", ""]


def test_it_says_when_there_is_none(app: Flask, browse: Callable[[], Browser]) -> None:
    a_department()
    a_person("asso", "ad")
    assert "Aucune coopérative dans ce département" in browse().sign_in("asso").get("/ad/075/").text


def test_it_goes_from_the_list_to_a_cahier_that_it_cannot_change(association: Browser) -> None:
    address = association.get("/coop/075-0001/").headers["Location"]
    assert association.get(address).status_code == 200
    page = association.get(address + "cahier")
    assert "Librairie du Centre" in page.text
    actions = [form.get("action") for form in pages.parse(page.text).iter("form") if form.get("method") == "post"]
    # Nothing of the cooperative's: how one looks at a cahier is one's own taste.
    assert actions == ["/deconnexion", "/preferences/cahier"]


@pytest.mark.parametrize("address", ["/ad/013/", "/ad/999/", "/ad/75/", "/coop/013-0001/", "/federation/"])
def test_it_sees_nothing_else(association: Browser, address: str) -> None:
    absent = association.get("/coop/075-9999/")
    answer = association.get(address)
    assert answer.status_code == 404
    assert pages.text_of(pages.parse(answer.text)) == pages.text_of(pages.parse(absent.text))


def test_the_federation_counts_and_enters_nowhere(association: Browser, browse: Callable[[], Browser]) -> None:
    a_person("nation", "federation")
    browser = browse().sign_in("nation")
    page = browser.get("/federation/")
    *lines, sums = [row[:3] for row in cells(page.text)]
    assert lines == [["013", "OCCE 013 Équipe de OCCE 013", "1"], ["075", "OCCE 075 Équipe de OCCE 075", "2"]]
    assert sums[0] == "3"
    for address in ("/ad/075/", "/coop/075-0001/", "/coop/075-0001/2024-2025/cahier"):
        assert browser.get(address).status_code == 404
