"""The archives of a cooperative: its exercices side by side."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from retkoop.actions import years
from retkoop.audit import OPERATOR
from retkoop.models import Cooperative, Year, YearKey
from retkoop.school_year import SchoolYear
from retkoop.views.past_years import MOST_YEARS
from tests.factories import a_case, a_coop, a_person
from tests.support import pages
from tests.support.queries import counted
from tests.views.conftest import Browser
from tests.views.helpers_tables import close, text


def rows_of(page: str) -> list[list[str]]:
    (body,) = pages.parse(page).iter("tbody")
    return [[pages.text_of(cell).replace("\u202f", " ") for cell in row.iter("td")] for row in body.iter("tr")]


def test_the_exercices_are_compared_with_the_figures_of_their_reports(
    app: Flask, browse: Callable[[], Browser]
) -> None:
    key: YearKey = a_case("ecole-du-bourg", app.config["STORAGE"])
    close(key)
    years.open_year(OPERATOR, Cooperative.get(), SchoolYear(2025))
    a_person("camille", coop_identifier=key.coop)
    mandataire = browse().sign_in("camille")
    page = mandataire.get(f"/coop/{key.coop}/archives").text
    later, earlier = rows_of(page)
    assert (later[0], later[1], earlier[0], earlier[1]) == ("2025-2026", "en cours", "2024-2025", "clos")
    report = text(mandataire.get(f"/coop/{key.coop}/2024-2025/crf").text)
    assert all(figure in report.replace("\u202f", " ") for figure in earlier[2:4])
    assert later[5:7] == earlier[5:7], "the next year begins with what this one ends with"
    assert "2024-2025 :" in text(page), "the chart is told in words"
    for link in pages.parse(page).iter("a"):
        if "2024-2025" in (link.get("href") or "") and "." not in (link.get("href") or ""):
            assert mandataire.get(link.get("href") or "").status_code == 200


def test_without_any_exercice_it_says_so(app: Flask, browse: Callable[[], Browser]) -> None:
    a_coop()
    a_person()
    page = browse().sign_in("075-0001").get("/coop/075-0001/archives").text
    assert "Aucun exercice pour l’instant" in text(page)


def test_it_shows_ten_exercices_and_asks_the_database_for_no_more(app: Flask, browse: Callable[[], Browser]) -> None:
    """Each exercice shown opens its own books: ten are the bound, whatever the cooperative holds."""
    coop = a_coop()
    a_person()
    mandataire = browse().sign_in("075-0001")
    asked = []
    for starts in (range(2015, 2025), range(2005, 2015)):
        for start in starts:
            Year.insert(department=coop.department, coop=coop.identifier, start_year=start).execute()
        with counted() as statements:
            page = mandataire.get("/coop/075-0001/archives").text
        assert len(rows_of(page)) == MOST_YEARS
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 15 * MOST_YEARS
