"""The projects' pages: the list, one project, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from xml.etree.ElementTree import Element

import pytest

from retkoop.actions import ledger, projects
from retkoop.facts import Allocation
from retkoop.models import Project, YearKey
from retkoop.project_reports import LONG
from tests.factories import SOMEONE, an_advance, an_entry
from tests.support import pages
from tests.views.conftest import Browser
from tests.views.helpers_tables import YEAR, close, readers, stored, text, undo_of, without_form

PROJECTS = f"{YEAR}/projets"
SOLD = {"bank": 5_000, "allocations": (Allocation("70700008", 5_000),)}


@pytest.fixture
def fair(year: YearKey) -> YearKey:
    """Give two projects: Kermesse (12 € spent, 50 € earned), Jardin (empty, closed); and an entry without."""
    an_entry(year, project="Kermesse", voucher="01")
    an_entry(year, project="Kermesse", voucher="02", label="Familles – Tombola", day=date(2025, 1, 9), **SOLD)
    ledger.add_project(SOMEONE, year, "Jardin")
    projects.close_project(SOMEONE, year, 2, True)
    an_entry(year, voucher="03")
    return year


def rows(html: str, name: str = "tableau") -> list[list[str]]:
    """Give the cells of the tables of a section, links and figures alike."""
    section = pages.by_id(pages.parse(html), name)
    assert section is not None
    return [
        [pages.text_of(cell) for cell in row.iter("td")] for row in section.iter("tr") if row.find("td") is not None
    ]


def names(key: YearKey) -> list[str]:
    return [project.name for project in stored(key).projects]


SVG = "{http://www.w3.org/2000/svg}"


def drawings(html: str) -> list[Element]:
    """Give the pictures that are more than an ornament."""
    return [drawing for drawing in pages.parse(html).iter(f"{SVG}svg") if drawing.get("role") == "img"]


def test_no_project_says_how_to_begin(mandataire: Browser) -> None:
    said = text(mandataire.get(PROJECTS).text)
    assert "Aucun projet cette année. Créez le premier ci-dessous" in said


def test_the_list_shows_each_and_what_bears_none(mandataire: Browser, fair: YearKey) -> None:
    html = mandataire.get(PROJECTS).text
    assert rows(html) == [
        ["Kermesse", "2", "12,00", "50,00", "+38,00", "", "en cours"],
        ["Jardin", "0", "0,00", "0,00", "0,00", "", "fermé"],
        ["Sans projet", "1", "12,00", "0,00", "-12,00", "", ""],
        ["3", "24,00", "50,00", "+26,00", "", ""],
    ]
    assert f'href="{YEAR}/cahier.pdf?par=projet"' in html


def test_a_project_shows_its_result_its_months_its_accounts_and_its_entries(mandataire: Browser, fair: YearKey) -> None:
    page = mandataire.get(f"{PROJECTS}/1")
    said = text(page.text)
    assert "Recettes50,00 € Dépenses12,00 € Résultat+38,00 € ce que le projet a rapporté" in said
    assert "novembre 20240,0012,00-12,00janvier 202550,000,00+50,00" in said
    assert "6180 Charges des activités éducatives12,00 Total12,00" in said
    assert rows(page.text, "ecritures")[:2] == [
        ["01", "04/11/2024", "Librairie du Centre – Albums", "12,00", ""],
        ["02", "09/01/2025", "Familles – Tombola", "", "50,00"],
    ]
    assert f'href="{YEAR}/cahier?mois=2025-01#ecriture-2"' in page.text
    assert f'href="{YEAR}/cahier.pdf?par=projet&amp;action=1"' in page.text
    assert "&amp;action=" not in mandataire.get(f"{PROJECTS}/2").text
    assert (
        f'href="{YEAR}/cahier.pdf?par=projet&amp;action=sans-projet"' in mandataire.get(f"{PROJECTS}/sans-projet").text
    )


def test_the_picture_says_in_words_what_it_draws(mandataire: Browser, fair: YearKey) -> None:
    (drawing,) = drawings(mandataire.get(f"{PROJECTS}/1").text)
    named = [pages.text_of(drawing.find(SVG + name)) for name in ("title", "desc")]
    assert drawing.get("aria-labelledby") == "dessin-titre dessin-texte"
    assert named[0] == "Mois par mois : Kermesse"
    assert "janvier 2025 : 50,00 € de recettes, 0,00 € de dépenses." in named[1]
    assert [rect.get("class") for rect in drawing.iter(f"{SVG}rect")] == ["light", "bravo"]


def test_what_is_not_allocated_is_said(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, project="Kermesse", allocations=())
    an_entry(year, allocations=())
    listed = rows(mandataire.get(PROJECTS).text)
    assert "en cours à ventiler" in " ".join(listed[0])
    assert listed[1][-1] == "dont des écritures à ventiler", "an entry needs no project"
    said = text(mandataire.get(f"{PROJECTS}/1").text)
    assert "Il reste 12,00 € à ventiler" in said
    assert "à ventiler : il manque 12,00 €" in said


def test_what_is_not_allocated_is_said_even_when_it_comes_to_nothing(mandataire: Browser, year: YearKey) -> None:
    an_entry(year, project="Kermesse", allocations=())
    an_entry(year, project="Kermesse", bank=1_200, allocations=())
    assert "en cours à ventiler" in " ".join(rows(mandataire.get(PROJECTS).text)[0])
    assert "Il reste 2 écritures à ventiler" in text(mandataire.get(f"{PROJECTS}/1").text)


def test_a_month_of_a_long_list_is_opened_even_without_figures(mandataire: Browser, year: YearKey) -> None:
    for n in range(LONG):
        an_entry(year, voucher=f"{n:03d}", day=date(2024, 12, 4))
    an_entry(year, voucher="R1", day=date(2024, 11, 4), allocations=())
    page = mandataire.get(f"{PROJECTS}/sans-projet")
    months = [link.get("href") for link in pages.parse(page.text).iter("a") if "mois=" in (link.get("href") or "")]
    assert months[:2] == ["?mois=2024-11#ecritures", "?mois=2024-12#ecritures"]
    shown = rows(mandataire.get(f"{PROJECTS}/sans-projet?mois=2024-11").text, "ecritures")
    assert [row[0] for row in shown] == ["R1"]


def test_money_that_is_neither_spent_nor_earned_is_listed_by_its_name(mandataire: Browser, year: YearKey) -> None:
    an_advance(year)
    an_entry(year, project="Fête", bank=-500, advance="CP", advance_amount=500, allocations=())
    an_entry(year, project="Fête", bank=-500, cash=500, allocations=())
    said = text(mandataire.get(f"{PROJECTS}/1").text)
    assert "Albums régie CP" in said
    assert "Albums virement interne" in said
    assert "autant de recettes que de dépenses" in said


def test_what_bears_no_project_has_its_page(mandataire: Browser, fair: YearKey) -> None:
    page = mandataire.get(f"{PROJECTS}/sans-projet")
    assert rows(page.text, "ecritures")[0][0] == "03"
    assert pages.by_id(pages.parse(page.text), "changer") is None


def test_a_long_list_is_read_month_by_month(mandataire: Browser, year: YearKey) -> None:
    for n in range(LONG + 1):
        an_entry(year, voucher=f"{n:03d}", day=date(2024, 11 + n % 2, 4))
    page = mandataire.get(f"{PROJECTS}/sans-projet")
    assert "Écritures de décembre 2024" in text(page.text)
    assert len(rows(page.text, "ecritures")) == 30
    assert "Écritures de novembre 2024" in text(mandataire.get(f"{PROJECTS}/sans-projet?mois=2024-11").text)
    assert len(list(pages.parse(page.text).iter())) < 700


def test_it_creates_a_project(mandataire: Browser, year: YearKey) -> None:
    mandataire.get(PROJECTS)
    page = mandataire.follow(PROJECTS, {"nom": "Cirque"})
    assert "Projet « Cirque » créé." in page.text
    assert "Aucune écriture ne porte ce projet." in text(page.text)
    page = mandataire.follow(PROJECTS, {"nom": "Cirque"})
    assert "Le projet « Cirque » existe déjà : le voici." in page.text
    assert names(year) == ["Cirque"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Ce champ est à remplir."),
        ("kermèsse", "Le projet « Kermesse » existe déjà."),
        ("x" * 81, "Ce texte est trop long : 80 caractères au plus (ici 81)."),
    ],
)
def test_it_refuses_a_name_that_names_nothing_new(mandataire: Browser, fair: YearKey, name: str, sentence: str) -> None:
    mandataire.get(PROJECTS)
    page = mandataire.post(PROJECTS, {"nom": name})
    assert page.status_code == 422
    tree = pages.parse(page.text)
    assert pages.text_of(pages.by_id(tree, "nom-faute")) == sentence
    field = pages.by_id(tree, "nom")
    assert field is not None
    assert field.get("value") == name
    assert ("Ouvrir le projet « Kermesse »" in text(page.text)) == (name == "kermèsse")
    assert names(fair) == ["Kermesse", "Jardin"]


def test_it_renames(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(f"{PROJECTS}/1")
    page = mandataire.follow(f"{PROJECTS}/1", {"nom": "Fête", "version": "1"})
    assert "Le projet s’appelle maintenant « Fête »." in text(page.text)
    assert [entry.project for entry in stored(fair).entries] == ["Fête", None, "Fête"]


def test_capitals_of_its_own_name_are_put_right(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(f"{PROJECTS}/1")
    mandataire.follow(f"{PROJECTS}/1", {"nom": "KERMESSE", "version": "1"})
    assert names(fair) == ["KERMESSE", "Jardin"]


def test_a_name_that_is_taken_offers_to_merge(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(f"{PROJECTS}/1")
    page = mandataire.post(f"{PROJECTS}/1", {"nom": "jardin", "version": "1"})
    assert page.status_code == 422
    offered = [b for b in pages.parse(page.text).iter("button") if b.get("name") == "dans"]
    assert [(pages.text_of(b), b.get("value")) for b in offered] == [("Réunir avec « Jardin »", "2")]
    page = mandataire.follow(f"{PROJECTS}/1/fusionner", {"dans": "2", "version": "1"})
    assert "Les écritures de « Kermesse » sont maintenant dans « Jardin »." in text(page.text)
    assert names(fair) == ["Jardin"]


def test_a_project_renamed_meanwhile_shows_both_names(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(f"{PROJECTS}/1")
    mandataire.follow(f"{PROJECTS}/1", {"nom": "Fête", "version": "1"})
    page = mandataire.post(f"{PROJECTS}/1", {"nom": "Cirque", "version": "1"})
    assert page.status_code == 409
    assert "Enregistré maintenant : « Fête »." in text(page.text)
    assert 'value="Cirque"' in page.text
    mandataire.follow(f"{PROJECTS}/1", {"nom": "Cirque", "version": "2"})
    assert names(fair) == ["Cirque", "Jardin"]


@pytest.mark.parametrize("into", ["", "1", "99", "x"])
def test_a_merge_asks_for_another_project(mandataire: Browser, fair: YearKey, into: str) -> None:
    mandataire.get(f"{PROJECTS}/1")
    page = mandataire.post(f"{PROJECTS}/1/fusionner", {"dans": into, "version": "1"})
    assert page.status_code == 422
    assert "Choisissez un projet de la liste." in page.text
    assert names(fair) == ["Kermesse", "Jardin"]


def test_a_closed_project_is_not_offered_any_more_and_opens_again(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(f"{PROJECTS}/1")
    page = mandataire.follow(f"{PROJECTS}/1/etat", {"clos": "1"})
    assert "Projet « Kermesse » fermé : il n’est plus proposé à la saisie." in text(page.text)
    assert _suggested(mandataire) == []
    assert len([e for e in stored(fair).entries if e.project == "Kermesse"]) == 2
    mandataire.follow(f"{PROJECTS}/1/etat", {"clos": "0"})
    assert _suggested(mandataire) == ["Kermesse"]


def _suggested(mandataire: Browser) -> list[str | None]:
    listed = pages.by_id(pages.parse(mandataire.get(f"{YEAR}/cahier").text), "projets")
    assert listed is not None
    return [option.get("value") for option in listed.iter("option")]


@pytest.mark.parametrize("asked", ["", "2", "oui"])
def test_an_unreadable_demand_changes_nothing(mandataire: Browser, fair: YearKey, asked: str) -> None:
    mandataire.get(f"{PROJECTS}/1")
    assert mandataire.post(f"{PROJECTS}/1/etat", {"clos": asked}).status_code == 422
    assert not stored(fair).projects[0].closed


def test_only_an_empty_project_is_removed(mandataire: Browser, fair: YearKey) -> None:
    assert "/supprimer" not in mandataire.get(f"{PROJECTS}/1").text
    assert mandataire.post(f"{PROJECTS}/1/supprimer").status_code == 422
    assert "/2/supprimer" in mandataire.get(f"{PROJECTS}/2").text
    page = mandataire.follow(f"{PROJECTS}/2/supprimer")
    assert "Projet « Jardin » retiré." in page.text
    assert names(fair) == ["Kermesse"]
    assert mandataire.get(f"{PROJECTS}/2").status_code == 404


@pytest.mark.parametrize(
    ("address", "typed", "there"),
    [
        ("", {"nom": "Cirque"}, PROJECTS),
        ("/1", {"nom": "Fête", "version": "1"}, f"{PROJECTS}/1"),
        ("/1/fusionner", {"dans": "2", "version": "1"}, f"{PROJECTS}/2"),
        ("/1/etat", {"clos": "1"}, f"{PROJECTS}/1"),
        ("/2/supprimer", {}, PROJECTS),
    ],
)
def test_what_was_done_is_taken_back_from_its_message(
    mandataire: Browser, fair: YearKey, address: str, typed: dict[str, str], there: str
) -> None:
    def state() -> object:
        facts = stored(fair)
        return [(p.name, p.closed) for p in facts.projects], [e.project for e in facts.entries]

    before = state()
    mandataire.get(PROJECTS)
    page = mandataire.follow(PROJECTS + address, typed)
    assert state() != before
    answer = mandataire.post(*undo_of(page.text))
    assert answer.headers["Location"] == there + "#contenu"
    assert "Action annulée." in mandataire.get(there).text
    assert state() == before


def test_what_changed_nothing_offers_nothing_to_take_back(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(PROJECTS)
    for address, typed in (
        ("", {"nom": "Kermesse"}),
        ("/2/etat", {"clos": "1"}),
        ("/2", {"nom": "Jardin", "version": "1"}),
    ):
        said = pages.by_id(pages.parse(mandataire.follow(PROJECTS + address, typed).text), "messages")
        assert "Annuler" not in pages.text_of(said)


def test_readers_see_the_projects_and_change_nothing(
    mandataire: Browser, fair: YearKey, browse: Callable[[], Browser]
) -> None:
    for reader in readers(browse):
        for page in ("", "/1", "/sans-projet"):
            assert without_form(reader.get(PROJECTS + page).text)
        for address in ("", "/1", "/1/fusionner", "/1/etat", "/2/supprimer"):
            sent = {"nom": "x", "version": "1", "dans": "2", "clos": "1"}
            assert reader.post(PROJECTS + address, sent).status_code == 403
    assert names(fair) == ["Kermesse", "Jardin"]


def test_a_closed_year_does_not_change(mandataire: Browser, fair: YearKey) -> None:
    mandataire.get(PROJECTS)
    close(fair)
    for page in ("", "/1"):
        assert without_form(mandataire.get(PROJECTS + page).text)
    for address in ("", "/1", "/1/fusionner", "/1/etat", "/2/supprimer"):
        sent = {"nom": "x", "version": "1", "dans": "2", "clos": "1"}
        assert mandataire.post(PROJECTS + address, sent).status_code == 409
    assert Project.select().where(fair.of(Project)).count() == 2
