"""The accounts of a département on screen: the sums, the way down to a scan, and what is taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask

from retkoop.actions.direct_report import save_direct, turn_direct
from retkoop.direct import fingerprint
from retkoop.facts import Allocation, DirectReport
from retkoop.fec_check import check_fec
from retkoop.models import Scan, Year, YearKey
from tests.factories import SOMEONE, YEAR, a_coop, a_department, a_person, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser

HERE = "/ad/075/agregats"


def turn(key: YearKey, state: str = "validated") -> YearKey:
    Year.update(state=state).where(key.of(Year)).execute()
    return key


@pytest.fixture
def filled(app: Flask) -> YearKey:
    """Fill a département: one cahier with a scan, one year typed in directly, one that is only closed."""
    key = a_year(a_coop("075-0001", name="École Prévert"))
    an_entry(key)
    an_entry(key, bank=30_000, allocations=(Allocation("74100008", 30_000),), label="Mairie", voucher="02")
    digest = app.config["STORAGE"].put(b"\x89PNG\r\n\x1a\n")
    file = {"digest": digest, "thumb_digest": digest, "media_type": "image/png", "name": "facture.png", "size": 8}
    Scan.insert(**key._asdict(), number=1, entry=1, **file).execute()
    direct = a_year(a_coop("075-0002", name="École Curie"))
    turn_direct(SOMEONE, direct)
    typed = DirectReport(80_000, 5_000, (Allocation("61800008", 20_000),))
    save_direct(SOMEONE, direct, fingerprint(DirectReport(), "512"), typed, "514")
    turn(a_year(a_coop("075-0003", name="École Hugo")), "closed")
    turn(direct)
    return turn(key)


@pytest.fixture
def association(filled: YearKey, browse: Callable[[], Browser]) -> Browser:
    """Sign the association in."""
    a_person("asso", "ad")
    return browse().sign_in("asso")


def rows(text: str) -> dict[str, list[str]]:
    """Give the rows of a page by their first cell."""
    found = {}
    for row in pages.parse(text).iter("tr"):
        cells = [pages.text_of(cell).replace("\u202f", " ").replace("\u00a0", " ") for cell in row]
        found[cells[0]] = [cell.partition(" €")[0] for cell in cells[1:]]
    return found


def links(text: str) -> list[str]:
    return [str(link.get("href")) for link in pages.parse(text).iter("a") if link.get("href")]


def test_the_sums_of_what_is_validated_are_shown(association: Browser) -> None:
    found = rows(association.get(HERE).text)
    assert found["6180 Charges des activités éducatives"] == ["212,00"]
    assert found["7410 Subventions publiques"] == ["300,00"]
    assert found["Total des charges"] == ["212,00"]
    assert found["Banque (512)"] == ["1 288,00"]
    assert found["La Banque Postale (514)"] == ["800,00"]
    assert found["Résultat de l’exercice"] == ["88,00"]
    assert found["075-0003"] == ["École Hugo", "clos"]


def test_the_exercice_before_stands_beside(association: Browser, filled: YearKey) -> None:
    Year.insert(department="075", coop="075-0001", start_year=2025, opening_bank=1).execute()
    turn(filled._replace(start_year=2025))
    page = association.get(f"{HERE}?annee=2025-2026").text
    assert rows(page)["6180 Charges des activités éducatives"] == ["0,00", "212,00", "-212,00"]
    assert "Les soldes de départ ne sont pas ceux de la fin de l’exercice précédent" in page
    # Nothing is asked for: the latest that holds something.
    assert "Comptes agrégés 2025-2026" in association.get(HERE).text


def test_three_clicks_lead_from_a_figure_to_a_scan(association: Browser) -> None:
    first = next(link for link in links(association.get(HERE).text) if "figure=61800008" in link)
    coops = association.get(first)
    assert rows(coops.text)["École Curie"][:2] == ["075-0002", "200,00"]
    second = next(link for link in links(coops.text) if link.startswith("/coop/075-0001/") and "cahier" in link)
    book = association.get(second)
    assert "Librairie du Centre" in book.text
    assert "Mairie" not in pages.text_of(pages.parse(book.text).find(".//table"))
    third = next(link for link in links(book.text) if "ecritures" in link and link.endswith("/pieces"))
    assert "facture" in association.get(third).text


def test_a_year_typed_in_directly_leads_to_its_crf(association: Browser) -> None:
    page = association.get(f"{HERE}/cooperatives?figure=banque-514").text
    assert "/coop/075-0002/2024-2025/crf" in links(page)


@pytest.mark.parametrize("figure", ["banque-512", "caisse", "report", "resultat", "70700008"])
def test_every_figure_has_its_cooperatives(association: Browser, figure: str) -> None:
    assert association.get(f"{HERE}/cooperatives?figure={figure}").status_code == 200


def test_a_figure_that_does_not_exist_is_not_found(association: Browser) -> None:
    assert association.get(f"{HERE}/cooperatives?figure=99").status_code == 404


@pytest.mark.parametrize("annee", ["", "2019-2020", "hier", "2024-2026"])
def test_any_exercice_may_be_asked_for(association: Browser, annee: str) -> None:
    assert association.get(f"{HERE}?annee={annee}").status_code == 200


def test_an_empty_departement_says_how_to_begin(app: Flask, browse: Callable[[], Browser]) -> None:
    a_department()
    a_person("asso", "ad")
    browser = browse().sign_in("asso")
    assert "les sommes apparaîtront ici" in browser.get(HERE).text
    assert browser.get(f"{HERE}/fec.txt").status_code == 422


def test_what_is_missing_beyond_a_page_is_one_click_away(association: Browser) -> None:
    for number in range(100, 220):
        a_coop(f"075-{number:04d}")
    page = association.get(HERE).text
    assert "075-0199" not in page
    more = next(link for link in links(page) if "toutes" in link)
    assert "075-0219" in association.get(f"{HERE}{more.partition('#')[0]}").text


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_the_sums_are_taken_away(association: Browser) -> None:
    answer = association.get(f"{HERE}.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agregats-075-2024-2025.csv"'
    assert ["Charges", "6180", "Charges des activités éducatives", "212,00", "0,00", "212,00"] in table(answer.data)
    assert association.get(f"{HERE}.xlsx").data[:2] == b"PK"
    assert association.get(f"{HERE}.ods").data[:2] == b"PK"


def test_each_cooperative_is_a_line_to_take_away(association: Browser) -> None:
    head, *lines, total = table(association.get(f"{HERE}.csv?tableau=cooperatives").data)
    assert [line[:2] for line in lines] == [["075-0001", "École Prévert"], ["075-0002", "École Curie"]]
    column = head.index("6180 Charges des activités éducatives")
    assert [line[column] for line in (*lines, total)] == ["12,00", "200,00", "212,00"]


def test_the_fec_of_the_departement_and_of_a_cooperative_are_good(association: Browser) -> None:
    for address, name in (
        (f"{HERE}/fec.txt", "075FEC20250831.txt"),
        ("/coop/075-0001/2024-2025/fec.txt", "0750001FEC20250831.txt"),
    ):
        answer = association.get(address, buffered=True)
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.headers["Content-Type"] == "text/plain; charset=iso8859-15"
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert check_fec(answer.data, YEAR.first_day, YEAR.last_day) == ()
        assert "Librairie du Centre - Albums" in answer.data.decode("iso8859-15")


def test_another_departement_is_not_added(association: Browser) -> None:
    an_entry(key := a_year(a_coop("013-0001")))
    turn(key)
    assert "212,00" in association.get(HERE).text
    assert "013-0001" not in association.get(f"{HERE}/fec.txt", buffered=True).data.decode("iso8859-15")
