"""The screens of the fédération, as a person goes through them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask import Flask

from retkoop import federation_rows, year_rows
from retkoop.federation_tables import Announcement, AnnouncementSeen
from retkoop.models import ChartAccount, Department, Year, YearKey
from tests.factories import a_coop, a_department, a_person, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser

PLACE = "/federation/plan-comptable"
DRAFT = f"{PLACE}/brouillon/2025-2026"
ASKED = "/federation/questionnaire"
ASKED_DRAFT = f"{ASKED}/brouillon/2025-2026"


@pytest.fixture(autouse=True)
def forget_charts() -> Iterator[None]:
    """Published versions never change: databases of other tests know others of the same year and size."""
    year_rows._chart_version.cache_clear()
    yield
    year_rows._chart_version.cache_clear()


@pytest.fixture
def federation(app: Flask, browse: Callable[[], Browser]) -> Browser:
    """Give the browser of somebody of the fédération."""
    a_person("federation", "federation")
    return browse().sign_in("federation")


def turn(key: YearKey, state: str) -> None:
    Year.update(state=state).where(key.of(Year)).execute()


def seen(browser: Browser, page: str) -> str:
    (found, *_) = [f.get("value") for f in pages.parse(browser.get(page).text).iter("input") if f.get("name") == "vu"]
    return str(found)


# ---- Associations


def test_the_associations_are_listed_searched_and_taken_away(federation: Browser) -> None:
    a_year(a_coop("075-0001"))
    turn(a_year(a_coop("075-0002")), "validated")
    a_department("013")
    page = federation.get("/federation/").text
    assert "2 associations, exercices 2024-2025" in page
    assert "OCCE 075" in page
    only = federation.get("/federation/?cherche=013&annee=2024-2025&tri=coops").text
    assert "1 association sur 2" in only
    assert "OCCE 075" not in only
    assert "Aucune association ne correspond" in federation.get("/federation/?cherche=zzz").text
    csv = federation.get("/federation/associations.csv?annee=2024-2025&tri=coops").data.decode("utf-8-sig").splitlines()
    assert csv[1].startswith("075;OCCE 075;2;1;0;0;0;1;")
    assert csv[-1].startswith("Total;2 associations;2;1;0;0;0;1")
    assert {federation.get(f"/federation/associations.{kind}").status_code for kind in ("xlsx", "ods")} == {200}


def test_an_association_is_made_once_and_renamed(federation: Browser) -> None:
    assert "Aucune association" in federation.get("/federation/").text
    federation.get("/federation/associations/nouvelle")
    made = federation.follow("/federation/associations/nouvelle", {"code": "2a", "nom": "OCCE de Corse-du-Sud"}).text
    assert "L’association 02A – OCCE de Corse-du-Sud est créée. Donnez un accès" in made
    again = federation.post("/federation/associations/nouvelle", {"code": "02A", "nom": "Autre"})
    assert (again.status_code, "a déjà une association" in again.text) == (422, True)
    for code in ("", "000", "2A B", "9999", "é"):
        wrong = federation.post("/federation/associations/nouvelle", {"code": code, "nom": ""})
        assert wrong.status_code == 422
        assert 'id="code-faute"' in wrong.text
        assert 'id="nom-faute"' in wrong.text
    place = "/federation/associations/02A"
    federation.get(place)
    federation.follow(place, {"nom": "OCCE 2A", "avant": "OCCE de Corse-du-Sud"})
    late = federation.post(place, {"nom": "OCCE Corse", "avant": "OCCE de Corse-du-Sud"})
    assert (late.status_code, "s’appelle entre-temps « OCCE 2A »" in late.text) == (409, True)
    assert Department.get().name == "OCCE 2A"
    assert federation.get("/federation/associations/999").status_code == 404
    assert "association, création" not in federation.get("/federation/").text
    assert "modification, association" in federation.get("/federation/").text


# ---- The chart of accounts


def test_a_version_goes_from_draft_to_publication(federation: Browser) -> None:
    federation.get(PLACE)
    begun = federation.follow(PLACE, {"exercice": "2025-2026"})
    assert "Rien encore" in begun.text
    assert "Il n’y a encore rien à publier" in begun.text
    federation.get(f"{DRAFT}/compte")
    added = {"numero": "6190", "libelle": "Numérique", "precision": "Logiciels", "vu": seen(federation, DRAFT)}
    page = federation.follow(f"{DRAFT}/compte", added).text
    assert "6190 Numérique" in page
    page = federation.follow(f"{DRAFT}/retirer", {"code": "67000008", "vu": seen(federation, DRAFT)}).text
    assert "Le compte 6700 est retiré" in page
    changed = form_values(federation, f"{DRAFT}/compte?code=61681008") | {"libelle": "Assurance MAE-MAIF"}
    page = federation.follow(f"{DRAFT}/compte?code=61681008", changed).text
    assert "<del>Assurance versée</del> <ins>Assurance MAE-MAIF</ins>" in page
    unsure = federation.post(f"{DRAFT}/publier", {"vu": seen(federation, DRAFT)})
    assert (unsure.status_code, "Cochez cette case" in unsure.text) == (422, True)
    sure = {"vu": seen(federation, DRAFT), "sur": "oui"}
    assert "est publié" in federation.follow(f"{DRAFT}/publier", sure).text
    assert federation.post(f"{DRAFT}/publier", sure).status_code == 303
    codes = {account.code for account in year_rows.chart_for(2025)}
    assert codes == {account.code for account in year_rows.chart_for(2024)} - {"67000008"} | {"61900008"}
    assert "Assurance MAE-MAIF" in federation.get(f"{PLACE}/2030-2031").text
    assert "Assurance versée" in federation.get(f"{PLACE}/2024-2025").text
    assert federation.get(DRAFT).status_code == 404


def form_values(browser: Browser, page: str) -> dict[str, str]:
    parsed = pages.parse(browser.get(page).text)
    fields = {f.get("name"): f.get("value") or "" for f in parsed.iter("input") if f.get("name")}
    for select in parsed.iter("select"):
        chosen = [o.get("value") or "" for o in select.iter("option") if o.get("selected") is not None]
        fields[select.get("name")] = chosen[0] if chosen else ""
    return {str(name): value for name, value in fields.items()}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"numero": "8190"}, "numero"), ({"numero": "619"}, "numero"), ({"numero": ""}, "numero"),
        ({"libelle": ""}, "libelle"), ({"libelle": "x" * 121}, "libelle"), ({"precision": "x" * 501}, "precision"),
        ({"particularite": "subvention"}, "particularite"), ({"particularite": "caisse"}, "particularite"),
        ({"numero": "6180"}, "numero"),
    ],
)  # fmt: skip
def test_an_account_is_refused_under_its_field_and_what_was_typed_stays(
    federation: Browser, typed: dict[str, str], field: str
) -> None:
    federation.get(PLACE)
    federation.follow(PLACE, {"exercice": "2025-2026"})
    whole = {"numero": "6190", "libelle": "Numérique", "vu": seen(federation, DRAFT), **typed}
    answer = federation.post(f"{DRAFT}/compte", whole)
    assert answer.status_code in (409, 422)
    page = pages.parse(answer.text)
    faulty = pages.by_id(page, f"{field}-faute")
    assert faulty is not None
    assert not [f for f in page.iter("p") if (f.get("id") or "").endswith("-faute") and f is not faulty]
    assert "6190" not in {account.short for account in federation_rows.draft_chart(2025)}


def sent(browser: Browser, place: str, data: bytes, name: str, **more: str):
    files = {"fichier": (BytesIO(data), name), **more}
    return browser.post(place, files, content_type="multipart/form-data")


def test_a_file_begins_or_replaces_a_draft_and_its_faults_are_named(federation: Browser) -> None:
    federation.get(PLACE)
    data = federation.get(f"{PLACE}/2025-2026.csv").data
    wrong = sent(federation, PLACE, data.replace(b"6180;charge", b"6180;produit"), "plan.csv", exercice="2025-2026")
    assert wrong.status_code == 422
    assert "Un point est à corriger" in wrong.text
    assert "charge\u00a0» est attendu pour un compte de classe 6" in wrong.text
    assert federation_rows.chart_drafts() == []
    label = b"Sorties"
    first = sent(
        federation,
        PLACE,
        data.replace("Charges des activités éducatives".encode(), label),
        "p.csv",
        exercice="2025-2026",
    )
    assert first.status_code == 303
    assert federation_rows.draft_chart(2025)["61800008"].label == "Sorties"
    federation.get(DRAFT)
    assert federation.post(f"{DRAFT}/fichier", {"vu": "1"}).status_code == 422
    assert sent(federation, f"{DRAFT}/fichier", b"n'importe;quoi", "p.csv", vu="1").status_code == 422
    late = sent(federation, f"{DRAFT}/fichier", data, "p.csv", vu="7")
    assert (late.status_code, "Quelqu’un d’autre" in late.text) == (409, True)
    again = sent(federation, f"{DRAFT}/fichier", federation.get(f"{DRAFT}.csv").data, "p.csv", vu="7")
    assert again.status_code == 303, "the same file changes nothing, whenever it comes"
    assert sent(federation, f"{DRAFT}/fichier", data, "p.csv", vu="1").status_code == 303
    assert federation_rows.draft_chart(2025) == year_rows.chart_for(2025)
    federation.get(DRAFT)
    assert "est abandonné" in federation.follow(f"{DRAFT}/abandonner", {"vu": seen(federation, DRAFT)}).text


def test_what_forbids_publishing_is_said_before_and_after(federation: Browser) -> None:
    federation.get(PLACE)
    key = a_year()._replace(start_year=2025)
    Year.insert(**key._asdict(), state="open").execute()
    federation.follow(PLACE, {"exercice": "2025-2026"})
    federation.follow(f"{DRAFT}/retirer", {"code": "74100008", "vu": seen(federation, DRAFT)})
    page = federation.get(DRAFT)
    assert "Il manque un compte" in page.text
    assert f'action="{DRAFT}/publier"' not in page.text
    forced = federation.post(f"{DRAFT}/publier", {"vu": seen(federation, DRAFT), "sur": "oui"})
    assert forced.status_code == 422
    federation.follow(f"{DRAFT}/remettre", {"code": "74100008", "vu": seen(federation, DRAFT)})
    assert federation.post(f"{DRAFT}/remettre", {"code": "00000000", "vu": "1"}).status_code == 422
    assert ChartAccount.select().where(ChartAccount.first_year == 2025).count() == 0


@pytest.mark.parametrize("year", ["1789-1790", "2025-2027", "2200-2202"])
def test_a_year_that_is_none_is_not_found(federation: Browser, year: str) -> None:
    for place in (PLACE, ASKED, f"{PLACE}/brouillon", f"{ASKED}/brouillon"):
        assert federation.get(f"{place}/{year}").status_code == 404
    federation.get(PLACE)
    for place in (PLACE, ASKED):
        assert federation.post(place, {"exercice": year}).status_code == 422


# ---- The questionnaire


def test_a_questionnaire_goes_from_draft_to_publication(federation: Browser) -> None:
    federation.get(ASKED)
    page = federation.follow(ASKED, {"exercice": "2025-2026"}).text
    assert "Rien encore" in page
    page = federation.follow(f"{ASKED_DRAFT}/reformuler", {"code": "nb_classes", "texte": "Classes", "vu": "1"}).text
    assert "<del>Nombre de classes</del> <ins>Classes</ins>" in page
    empty = federation.post(f"{ASKED_DRAFT}/reformuler", {"code": "nb_classes", "texte": "", "vu": "2"})
    assert (empty.status_code, "Ce champ est à remplir" in empty.text) == (422, True)
    federation.follow(f"{ASKED_DRAFT}/retirer", {"code": "nb_conseils", "vu": "2"})
    tied = federation.post(f"{ASKED_DRAFT}/retirer", {"code": "autres_actions", "vu": "2"})
    assert tied.status_code in (303, 409)
    page = federation.get(f"{ASKED_DRAFT}/apercu").text
    assert "Classes" in page
    assert "Nombre de réunions du conseil" not in page
    federation.follow(f"{ASKED_DRAFT}/remettre", {"code": "nb_conseils", "vu": seen(federation, ASKED_DRAFT)})
    sure = {"vu": seen(federation, ASKED_DRAFT), "sur": "oui"}
    assert federation.post(f"{ASKED_DRAFT}/publier", {"vu": sure["vu"]}).status_code == 422
    assert "est publié" in federation.follow(f"{ASKED_DRAFT}/publier", sure).text
    assert "Classes" in federation.get(f"{ASKED}/2026-2027").text
    kept = json.loads(federation.get(f"{ASKED}/2026-2027.json").data)
    assert (kept["exercice"], kept["sections"][0]["questions"][0]["texte"]) == ("2026-2027", "Classes")


def test_a_questionnaire_comes_from_a_file_whose_fault_is_named_by_its_place(federation: Browser) -> None:
    federation.get(ASKED)
    data = federation.get(f"{ASKED}/2025-2026.json").data
    for wrong, said in (
        (data.replace(b'"nb_classes"', b'"NB"'), "sections[0].questions[0].code"),
        (data.replace(b"2025-2026", b"2024-2025"), "« 2025-2026 » est attendu"),
        (b"\xff\xfe", "UTF-8"), (b"{" * 200_000, "trop long"), (b"[]", "objet"),
    ):  # fmt: skip
        answer = sent(federation, ASKED, wrong, "q.json", exercice="2025-2026")
        assert answer.status_code == 422
        assert said in answer.text.replace("\u00a0", " ")
    good = sent(federation, ASKED, data.replace(b"Nombre de classes", b"Classes"), "q.json", exercice="2025-2026")
    assert good.status_code == 303
    federation.get(ASKED_DRAFT)
    assert sent(federation, f"{ASKED_DRAFT}/fichier", data, "q.json", vu="1").status_code == 303
    assert "Rien encore" in federation.get(ASKED_DRAFT).text
    assert federation.get(f"{ASKED_DRAFT}.json").data == data
    assert federation.post(f"{ASKED_DRAFT}/fichier", {"vu": "2"}).status_code == 422
    federation.follow(f"{ASKED_DRAFT}/abandonner", {"vu": "2"})
    assert federation.get(ASKED_DRAFT).status_code == 404


# ---- Announcements


SAID = {
    "titre": "Nouveau plan",
    "texte": "Bonjour,\r\nle <b>plan</b> change.",
    "public": "mandataires",
    "du": "2025-09-01",
    "au": "2025-09-05",
}


def test_an_announcement_is_shown_to_those_concerned_until_they_put_it_away(
    federation: Browser, browse: Callable[[], Browser]
) -> None:
    a_year()
    people = {"075-0001": "mandataire", "dominique": "mandataire", "verif": "verificateur", "ad075": "ad"}
    browsers = {}
    for identifier, role in people.items():
        a_person(identifier, role)
        browsers[identifier] = browse().sign_in(identifier)
    homes = {name: "/ad/075/" if name == "ad075" else "/coop/075-0001/2024-2025/" for name in people}

    def who_sees(words: str) -> set[str]:
        return {name for name, browser in browsers.items() if words in browser.get(homes[name]).text}

    federation.get("/federation/annonces/nouvelle")
    federation.follow("/federation/annonces/nouvelle", SAID)
    assert who_sees("Nouveau plan") == {"075-0001", "dominique"}
    page = browsers["075-0001"].get(homes["075-0001"]).text
    assert "le &lt;b&gt;plan&lt;/b&gt; change." in page
    away = browsers["075-0001"].post("/annonces/1/lu")
    assert away.status_code == 303
    assert browsers["075-0001"].post("/annonces/1/lu").status_code == 303
    assert who_sees("Nouveau plan") == {"dominique"}
    # Those who do not see it put nothing away, nor what does not exist.
    for name in ("verif", "ad075"):
        browsers[name].post("/annonces/1/lu")
    browsers["ad075"].post("/annonces/99/lu")
    assert AnnouncementSeen.select().count() == 1
    form = form_values(federation, "/federation/annonces/1")
    correct = {**SAID, "public": "tous", "version": form["version"]}
    assert federation.post("/federation/annonces/1", {**correct, "version": "7"}).status_code == 409
    federation.follow("/federation/annonces/1", correct)
    assert who_sees("Nouveau plan") == {"dominique", "ad075"}
    federation.follow("/federation/annonces/1/terminer")
    assert who_sees("Nouveau plan") == set()
    assert "terminée" in federation.get("/federation/annonces").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"titre": ""}, "titre"), ({"titre": "x" * 121}, "titre"), ({"texte": "\n \n"}, "texte"),
        ({"texte": "x" * 2_001}, "texte"), ({"public": "vérificateurs"}, "public"), ({"du": "demain"}, "du"),
        ({"du": "0024-09-01"}, "du"), ({"au": ""}, "au"), ({"au": "2025-08-31"}, "au"),
    ],
)  # fmt: skip
def test_an_announcement_is_refused_under_its_field(federation: Browser, typed: dict[str, str], field: str) -> None:
    federation.get("/federation/annonces/nouvelle")
    answer = federation.post("/federation/annonces/nouvelle", {**SAID, **typed})
    assert answer.status_code == 422
    assert f'id="{field}-faute"' in answer.text or field == "public"
    assert Announcement.select().count() == 0


def test_an_announcement_sent_twice_is_kept_once_and_one_to_come_is_not_shown(federation: Browser) -> None:
    a_department()
    a_person("ad075", "ad")
    later = {**SAID, "public": "ad", "du": "2025-09-06", "au": "2025-09-30", "cle": "une"}
    federation.get("/federation/annonces/nouvelle")
    for _ in range(2):
        assert federation.post("/federation/annonces/nouvelle", later).status_code == 303
    assert Announcement.select().count() == 1
    assert "à venir" in federation.get("/federation/annonces").text
    federation.follow("/federation/annonces/1/terminer")
    row = Announcement.get()
    assert row.from_day <= row.to_day
    assert row.to_day.isoformat() == "2025-09-04"
    assert federation.post("/federation/annonces/9/terminer").status_code == 404


# ---- National figures


def test_the_country_in_figures(federation: Browser) -> None:
    empty = federation.get("/federation/chiffres").text
    assert "les sommes apparaîtront" in empty
    for coop in ("075-0001", "013-0001"):
        key = a_year(a_coop(coop))
        an_entry(key)
        turn(key, "validated")
    page = federation.get("/federation/chiffres?annee=2024-2025&tri=tresorerie").text
    assert "6180 Charges des activités éducatives" in page
    assert re.search(r"2\s076,00\s€", page), "two banks of 988,00 and two cash boxes of 50,00"
    csv = federation.get("/federation/chiffres.csv?annee=2024-2025").data.decode("utf-8-sig")
    assert "Charges;6180;Charges des activités éducatives;24,00;0,00;24,00" in csv
    lines = federation.get("/federation/chiffres.csv?annee=2024-2025&tableau=associations").data.decode("utf-8-sig")
    assert lines.splitlines()[-1].startswith(
        "Total;2 associations;2;0;0;0;0;2;24,00;24,00;0,00;-24,00;1976,00;100,00;2100,00"
    )
    assert {federation.get(f"/federation/chiffres.{kind}").status_code for kind in ("xlsx", "ods")} == {200}
