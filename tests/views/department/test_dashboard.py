"""The dashboard of the AD: what it shows of each cooperative, how it is filtered, sorted and taken away; notes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from retkoop import department_rows
from retkoop.actions import moves, reconciliation, summaries
from retkoop.actions.years import open_year
from retkoop.association import CoopNote
from retkoop.audit import Actor
from retkoop.models import Cooperative, Department, Journal, Person, YearKey
from retkoop.school_year import SchoolYear
from tests.factories import SOMEONE, a_coop, a_department, a_person, a_year, an_entry
from tests.support import pages
from tests.support.queries import counted
from tests.support.year_end import finish
from tests.views.conftest import Browser

TODAY = date(2025, 9, 5)
HOME = "/ad/075/?annee=2024-2025"


def a_finished_year(identifier: str, name: str) -> YearKey:
    key = a_year(a_coop(identifier, name=name), cash=0)
    an_entry(key)
    reconciliation.tick_entry(SOMEONE, key, 1, date(2025, 6, 9))
    reconciliation.set_statement(SOMEONE, key, key.year.last_day, 98_800)
    finish(key)
    return key


@pytest.fixture
def association(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of AD 075, which has a cooperative of each standing, and one without an exercice."""
    an_entry(a_year(a_coop("075-0001", name="Les Lilas", address="2 rue Noé, Pantin")))
    a_finished_year("075-0002", "Prête")
    for number, name in ((3, "Envoyée"), (4, "Renvoyée"), (5, "Validée")):
        moves.send(SOMEONE, a_finished_year(f"075-{number:04d}", name), lambda: TODAY)
    moves.send_back(Actor("AD", 9), YearKey("075", "075-0004", 2024), "cra", "Le nombre de classes")
    moves.validate(Actor("AD", 9), YearKey("075", "075-0005", 2024))
    a_coop("075-0006", name="Sans exercice", phone="01 00 00 00 06", mail="six@exemple.fr")
    a_person("075-0001", name="Camille Durand")
    Person.update(phone="01 02 03 04 05", mail="camille@exemple.fr").where(Person.coop == "075-0001").execute()
    a_person("075-0001-v", "verificateur", name="Zoé Témoin")
    a_person("asso", "ad", name="Michel Aubert")
    return browse().sign_in("asso")


def rows(html: str) -> dict[str, list[str]]:
    """Give the words of the table's rows, by the name of the cooperative."""
    table = pages.by_id(pages.parse(html), "tableau")
    assert table is not None
    found = [[pages.text_of(cell) for cell in row.iter("td")] for row in table.iter("tr")][1:]
    return {row[0].rpartition(" 075-")[0]: row for row in found}


def standings(html: str) -> dict[str, str]:
    return {name: row[1].partition(" :")[0] for name, row in rows(html).items()}


def test_each_cooperative_with_its_standing_and_what_is_left(association: Browser) -> None:
    page = association.get(HOME).text
    assert standings(page) == {
        "Les Lilas": "Pas prête", "Prête": "Prête", "Envoyée": "Envoyée", "Renvoyée": "À compléter",
        "Validée": "Validée", "Sans exercice": "Pas prête",
    }  # fmt: skip
    found = rows(page)
    assert found["Prête"][2] == "à envoyer : Prête"
    assert found["Validée"][2] == ""
    assert found["Sans exercice"][2:6] == ["exercice pas ouvert", "", "", ""]
    assert "Il reste 25 jours avant le 30/09/2025." in page


def test_a_cooperative_that_was_closed_is_shown_in_the_years_that_it_had(association: Browser) -> None:
    Cooperative.update(closed_on=TODAY).where(Cooperative.identifier.in_(["075-0005", "075-0006"])).execute()
    shown = standings(association.get(HOME).text)
    assert "Validée" in shown
    assert "Sans exercice" not in shown


def test_what_is_left_leads_to_where_it_is(association: Browser) -> None:
    page = pages.parse(association.get(HOME).text)
    links = [a.get("href") for row in page.iter("tr") for a in row.iter("a") if "Les Lilas" in pages.text_of(a)]
    inside = [link for link in links if link and link.startswith("/coop/")]
    assert len(inside) > 4
    for link in inside:
        assert association.get(link.partition("#")[0], follow_redirects=True).status_code == 200
    assert "/coop/075-0001/2024-2025/releve" in inside


def test_how_mandataires_are_reached(association: Browser) -> None:
    page = association.get(HOME).text
    assert "Camille Durand 01 02 03 04 05 camille@exemple.fr" in rows(page)["Les Lilas"][7]
    assert 'href="tel:0102030405"' in page
    assert 'href="mailto:camille@exemple.fr"' in page
    assert rows(page)["Sans exercice"][7] == "01 00 00 00 06 six@exemple.fr"
    assert "Zoé Témoin" not in page


def test_the_counts_are_a_bar_a_text_and_links_that_filter(association: Browser) -> None:
    page = association.get(HOME)
    told = pages.text_of(pages.by_id(pages.parse(page.text), "barre-texte"))
    assert told == "Pas prêtes : 2, Prête : 1, Envoyée : 1, À compléter : 1, Validée : 1."
    sent = association.get(HOME + "&etat=envoyee").text
    assert list(rows(sent)) == ["Envoyée"]
    assert "1 coopérative sur 6" in pages.text_of(pages.by_id(pages.parse(sent), "tableau-titre"))
    assert list(rows(association.get(HOME + "&constat=ENVOI").text)) == ["Prête", "Renvoyée"]
    assert list(rows(association.get(HOME + "&cherche=noe pantin").text)) == ["Les Lilas"]
    assert "Aucune coopérative ne correspond" in association.get(HOME + "&cherche=rien").text


def test_columns_sort_by_links(association: Browser) -> None:
    page = pages.parse(association.get(HOME + "&tri=banque").text)
    head = next(th for th in page.iter("th") if pages.text_of(th) == "Banque")
    assert head.get("aria-sort") == "ascending"
    link = next(iter(head.iter("a"))).get("href")
    assert "sens=desc" in str(link)
    assert list(rows(association.get(str(link)).text))[-1] == "Sans exercice"


def test_another_year_is_one_click_away_and_an_unknown_one_is_none(association: Browser) -> None:
    open_year(SOMEONE, Cooperative.get(Cooperative.identifier == "075-0001"), SchoolYear(2025))
    page = association.get("/ad/075/?annee=2025-2026").text
    assert 'href="/ad/075/?annee=2024-2025"' in page
    assert rows(page)["Prête"][2] == "exercice pas ouvert"
    assert rows(association.get("/ad/075/?annee=1991-1992").text) == rows(association.get(HOME).text)


def test_figures_beyond_what_one_answer_computes_say_that_they_are_older(
    association: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    summaries.refresh()
    key = YearKey("075", "075-0001", 2024)
    an_entry(key, voucher="02")
    assert rows(association.get(HOME).text)["Les Lilas"][3] == "976,00"
    monkeypatch.setattr(department_rows, "MOST_COMPUTED", 0)
    page = association.get(HOME).text
    assert rows(page)["Les Lilas"][3] == "988,00*"
    assert "Les chiffres de 1 coopérative, marqués d’un astérisque" in page
    assert rows(page)["Prête"][3] == "988,00"
    summaries.refresh()
    page = association.get(HOME).text
    assert (rows(page)["Les Lilas"][3], "astérisque" in page) == ("976,00", False)


def test_what_was_never_computed_says_so_and_stands_by_its_state(
    association: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(department_rows, "MOST_COMPUTED", 0)
    page = association.get(HOME).text
    assert rows(page)["Les Lilas"][2] == "pas encore calculé"
    assert standings(page)["Renvoyée"] == "À compléter"


@pytest.mark.parametrize("fresh", [True, False])
def test_it_asks_as_often_for_seven_hundred_as_for_six(association: Browser, fresh: bool) -> None:
    if fresh:
        summaries.refresh()
    association.get(HOME)
    with counted() as few:
        association.get(HOME)
    for number in range(10, 30):
        a_year(a_coop(f"075-{number:04d}"))
        a_person(f"075-{number:04d}", coop_identifier=f"075-{number:04d}")
    if fresh:
        summaries.refresh()
    with counted() as many:
        association.get(HOME)
    assert len(many) == len(few) < (12 if fresh else 40)


def test_what_is_on_screen_is_taken_away(association: Browser) -> None:
    answer = association.get("/ad/075/tableau.csv?annee=2024-2025&etat=pas_prete")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cooperatives-075-2024-2025.csv"'
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[:2] for row in lines[1:]] == [["075-0001", "Les Lilas"], ["075-0006", "Sans exercice"]]
    assert lines[1][6:9] == ["988,00", "50,00", "-12,00"]
    for extension in ("xlsx", "ods"):
        assert association.get(f"/ad/075/tableau.{extension}").data[:2] == b"PK"


def test_a_note_is_kept_shown_and_its_story_is_in_the_journal(association: Browser) -> None:
    place = "/ad/075/coops/075-0001"
    page = association.get(place)
    assert "Les Lilas" in page.text
    page = association.follow(place + "/note", {"note": "Rappeler <lundi>", "version": "0"})
    assert "Note enregistrée." in page.text
    assert "Rappeler &lt;lundi&gt;" in association.get(HOME).text
    line = Journal.get(Journal.action == "note")
    assert (line.who, line.coop, line.start_year, line.after) == (
        "Michel Aubert",
        "075-0001",
        None,
        '"Rappeler <lundi>"',
    )
    association.follow(place + "/note", {"note": "", "version": "1"})
    assert CoopNote.get().text == ""
    assert "La note n’a pas changé." in association.follow(place + "/note", {"note": " ", "version": "0"}).text


def test_two_people_noting_see_both_and_lose_nothing(association: Browser) -> None:
    place = "/ad/075/coops/075-0001"
    association.get(place)
    association.follow(place + "/note", {"note": "La première", "version": "0"})
    answer = association.post(place + "/note", {"note": "La seconde", "version": "0"})
    assert answer.status_code == 409
    assert "La première" in answer.text
    assert 'value="La seconde"' in answer.text
    association.follow(place + "/note", {"note": "La seconde", "version": "1"})
    assert CoopNote.get().text == "La seconde"


def test_a_note_too_long_is_refused_and_kept(association: Browser) -> None:
    association.get("/ad/075/coops/075-0001")
    answer = association.post("/ad/075/coops/075-0001/note", {"note": "x" * 301, "version": "0"})
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    assert not CoopNote.select().exists()


def test_a_cooperative_reads_no_note(association: Browser, browse: Callable[[], Browser]) -> None:
    association.get("/ad/075/coops/075-0001")
    association.follow("/ad/075/coops/075-0001/note", {"note": "Secret de l’AD", "version": "0"})
    mandataire = browse().sign_in("075-0001")
    for page in ("", "cahier", "reste-a-faire", "cloture"):
        assert "Secret" not in mandataire.get(f"/coop/075-0001/2024-2025/{page}").text
    assert mandataire.get("/coop/075-0001/identite").text.count("Secret") == 0
    assert mandataire.get("/ad/075/coops/075-0001").status_code == 404


def test_the_file_of_a_cooperative_tells_its_years_and_what_was_done(association: Browser) -> None:
    page = association.get("/ad/075/coops/075-0004").text
    assert "Renvoi de l’exercice" in pages.text_of(pages.parse(page))
    assert "À compléter" in page
    assert association.get("/ad/075/coops/075-0006").status_code == 200


def test_a_day_more_is_told_without_any_write(association: Browser, app: Flask) -> None:
    summaries.refresh()
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=TODAY + timedelta(days=30))
    assert "est passé depuis 5 jours" in association.get(HOME).text


def test_it_says_when_there_is_none(app: Flask, browse: Callable[[], Browser]) -> None:
    a_department()
    a_person("asso", "ad")
    assert Department.select().count() == 1
    assert "Aucune coopérative dans ce département" in browse().sign_in("asso").get("/ad/075/").text


@pytest.mark.parametrize(
    ("page", "words"),
    [("", "Tableau de bord"), ("validation", "Validation"), ("validation/ensemble", "Validation"),
     ("coops", "Coopératives et accès"), ("agregats", "Comptes agrégés"), ("equipe", "Équipe")],
)  # fmt: skip
def test_the_menu_tells_where_one_is_on_each_of_its_pages(association: Browser, page: str, words: str) -> None:
    html = association.get(f"/ad/075/{page}").text
    current = [a for a in pages.parse(html).iter("a") if a.get("aria-current") and "/ad/075/" in (a.get("href") or "")]
    assert words in [pages.text_of(a) for a in current]


def test_on_a_phone_the_dashboard_alone_shows_all_the_screens_at_once(association: Browser) -> None:
    assert 'class="menu whole"' in association.get(HOME).text
    assert 'class="menu"' in association.get("/ad/075/validation").text
