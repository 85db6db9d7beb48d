"""The closing page: every finding at once with its link, and closing itself."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import pytest

from retkoop import rules
from retkoop.actions import ledger, years
from retkoop.models import Journal, Year, key_of
from retkoop.rules import BLOCKS, CHECKS
from tests.factories import CASES, SOMEONE, a_case, a_coop, a_person, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser

BLOCKING = [code for code, level, _ in CHECKS if level == BLOCKS]
FAULTS = sorted(folder.name for folder in CASES.glob("faute-*"))
# What the link of each finding must lead to.
LANDS_ON = {"VENTILATION": "ecriture-", "REGIES": "regie-", "RELEVE": "releve", "NON_POINTEES": "en-cours",
            "JUSTIFICATIFS": "pieces", "CAISSE": "compter", "SUBVENTIONS": "tableau"}  # fmt: skip


def arrive(app, browse, name: str) -> tuple[Browser, str]:
    key = a_case(name, app.config["STORAGE"])
    a_person(key.coop, coop_identifier=key.coop)
    return browse().sign_in(key.coop), f"/coop/{key.coop}/2024-2025"


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_year_shows_exactly_its_findings_each_with_a_link_to_the_row(app, browse, name: str) -> None:
    browser, prefix = arrive(app, browse, name)
    page = browser.get(prefix + "/cloture")
    tree = pages.parse(page.text)
    expected = json.loads((CASES / name / "attendu.json").read_text())["controles"]
    wrong = [code for code in BLOCKING if "Bravo" not in pages.text_of(pages.by_id(tree, f"controle-{code}"))]
    assert wrong == [code for code, right in expected.items() if not right]
    for code in wrong:
        check = pages.by_id(tree, f"controle-{code}")
        assert check is not None
        links = [link.get("href") or "" for link in check.iter("a")]
        # What proposes the cause is a page of its own, and no row.
        links = [link for link in links if not link.endswith("/cloture/ecart")]
        assert links
        for link in links:
            land(browser, link, LANDS_ON.get(code, ""))


def land(browser: Browser, link: str, anchor: str) -> None:
    """Follow a link to the row at fault: the page holds the very element that it names."""
    parts = urlsplit(link)
    assert parts.fragment.startswith(anchor)
    page = browser.get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    assert pages.by_id(pages.parse(page.text), parts.fragment) is not None, link


def test_the_band_of_the_cahier_says_the_same(app, browse) -> None:
    browser, prefix = arrive(app, browse, "faute-regie")
    band = pages.text_of(pages.by_id(pages.parse(browser.get(prefix + "/cahier").text), "closing-band"))
    assert "La clôture n’est pas encore possible : 2 points à corriger" in band
    assert "Les régies d'avance ne sont pas équilibrées" in band


def counts_told(browser: Browser, prefix: str) -> set[str]:
    """Give every number of points that the band, the page of closing and the CRF tell."""
    told = [
        pages.text_of(pages.parse(browser.get(f"{prefix}/{page}").text)) for page in ("", "cahier", "cloture", "crf")
    ]
    return {number for text in told for number in re.findall(r"(\d+) points", text)}


@pytest.mark.parametrize("today", [date(2024, 11, 15), date(2025, 9, 5)], ids=str)
def test_every_screen_tells_the_same_number_of_points(app, browse, today: date) -> None:
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=today)
    key = a_year(a_coop("075-0009"))
    for number in range(8):
        an_entry(key, label=f"Rouge {number}", allocations=())
    a_person("075-0009", coop_identifier="075-0009")
    browser = browse().sign_in("075-0009")
    verdict = rules.verdict(years.load_facts(Year.get()), today)
    (told,) = counts_told(browser, "/coop/075-0009/2024-2025")
    assert int(told) == len(verdict.faults) == len([found for found in verdict.blocking if found.code != "DATE"])
    assert len(verdict.faults) > 6, "the band shows the first six, and names them all"


def test_before_its_day_nothing_is_red_and_nobody_is_asked_to_mend_a_date(app, browse) -> None:
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2024, 11, 15))
    browser, prefix = arrive(app, browse, "faute-regie")
    tree = pages.parse(browser.get(prefix + "/cloture").text)
    assert pages.text_of(pages.by_id(tree, "etat")) == "À suivre"
    check = pages.by_id(tree, "controle-DATE")
    assert check is not None
    assert pages.text_of(check).startswith("Pas avant le 31/08/2025 Date de clôture")
    assert [link.get("href") for link in check.iter("a")] == [prefix + "/cahier"]
    text = pages.text_of(tree)
    assert "À suivre Régies d’avance soldées" in text
    assert "À corriger" not in text
    assert not [item for item in tree.iter("li") if item.get("class") == "blocks"]
    answer = browser.post(prefix + "/cloture")
    assert (answer.status_code, Year.get().state) == (409, "open"), "the day still stands against closing"


def test_from_that_day_on_what_is_wrong_is_red(app, browse) -> None:
    """Negative control: the same year, a year later."""
    browser, prefix = arrive(app, browse, "faute-regie")
    text = pages.text_of(pages.parse(browser.get(prefix + "/cloture").text))
    assert "La clôture n’est pas encore possible 2 points à corriger." in text
    assert "À corriger Régies d’avance soldées" in text
    assert "Pas avant le" not in text


def test_a_right_year_before_its_day_hears_bravo(app, browse) -> None:
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=date(2025, 8, 30))
    browser, prefix = arrive(app, browse, "ecole-du-bourg")
    for page in ("cahier", "cloture"):
        text = pages.text_of(pages.parse(browser.get(f"{prefix}/{page}").text))
        assert "Tout est juste à ce jour" in text
        assert "La clôture sera possible à partir du 31/08/2025." in text
        assert "0 point" not in text


def test_a_right_year_is_closed_and_nothing_changes_afterwards(app, browse) -> None:
    browser, prefix = arrive(app, browse, "ecole-du-bourg")
    assert "La clôture est possible" in browser.get(prefix + "/cloture").text
    assert browser.post(prefix + "/cloture").headers["Location"] == prefix + "/crf"
    assert Year.get().state == "closed"
    assert Journal.select().where(Journal.action == "clôture").count() == 1
    page = browser.get(prefix + "/cloture")
    assert "Ce cahier est clos" in page.text
    assert browser.post(prefix + "/cloture").status_code == 409
    assert browser.post(prefix + "/cahier/ecritures/1/supprimer").status_code == 409


def test_a_year_that_is_not_ready_is_not_closed_even_by_a_forged_request(app, browse) -> None:
    browser, prefix = arrive(app, browse, "faute-caisse")
    page = browser.get(prefix + "/cloture")
    answer = browser.post(prefix + "/cloture")
    assert "Clôture du cahier de compta</button>" not in page.text
    assert answer.status_code == 409
    assert Year.get().state == "open"


def test_a_fault_that_came_meanwhile_stops_the_closing(app, browse) -> None:
    browser, prefix = arrive(app, browse, "ecole-du-bourg")
    browser.get(prefix + "/cloture")
    row = Year.get()

    ledger.strike_entry(SOMEONE, key_of(row), 5)
    assert browser.post(prefix + "/cloture").status_code == 409
    assert Year.get().state == "open"


def test_a_verifier_reads_the_checks_and_cannot_close(app, browse) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    a_person("verif", "verificateur", coop_identifier=key.coop)
    browser = browse().sign_in("verif")
    page = browser.get(f"/coop/{key.coop}/2024-2025/cloture")
    assert "<button" not in page.text.partition("<main")[2]
    assert browser.post(f"/coop/{key.coop}/2024-2025/cloture").status_code == 403
