"""Accesses given by a mandataire: the secret once, a link that opens by a button, an end that nothing outlives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from retkoop.actions import verifiers
from retkoop.actions.quitus import draw_sample
from retkoop.association import TABLES
from retkoop.models import Journal, Person, YearKey
from retkoop.quitus_rows import looks_of
from tests.factories import SOMEONE, a_coop, a_person, a_year, an_entry
from tests.support import pages
from tests.views.conftest import Browser, form_of
from tests.views.helpers_tables import YEAR

ACCESSES = f"{YEAR}/quitus/acces"
SAMPLE = f"{YEAR}/quitus/verification"
LAST, AFTER = date(2025, 10, 5), date(2025, 10, 6)
# Not writes of who is here, but ways out and in.
SIGNING_IN = ("auth.sign_out", "auth.enter", "second_factor.check", "verifiers.enter")
LINK = re.compile(r"/v/2024-2025/[\w-]{43}")


def text(page: str) -> str:
    return pages.text_of(pages.by_id(pages.parse(page), "contenu"))


def given(mandataire: Browser, acces: str = "lien", **typed: str) -> str:
    fields = {**form_of(mandataire.get(ACCESSES), "access-form"), "nom": "Anne Petit", "qualite": "parent"}
    answer = mandataire.post(ACCESSES, {**fields, **typed, "acces": acces})
    assert answer.status_code == 200, text(answer.text)
    return answer.text


def link_of(page: str) -> str:
    return LINK.findall(page)[0]


def password_of(page: str) -> str:
    return re.findall(r'class="secret">([a-z2-9]{4}(?:-[a-z2-9]{4}){3})<', page)[0]


def enter(browser: Browser, link: str) -> Browser:
    browser.get(link)
    answer = browser.post(link)
    assert answer.status_code == 303, answer.text
    browser.get(answer.headers["Location"])
    return browser


def on(app: Flask, day: date) -> None:
    app.config["RETKOOP"] = replace(app.config["RETKOOP"], today=day)


@pytest.fixture
def restored(app: Flask) -> None:
    """Let a test move the day: the application's own fixture puts the settings back."""
    on(app, date(2025, 9, 5))


def test_a_link_is_shown_once_and_opens_by_a_button(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    link = link_of(given(mandataire))
    page = mandataire.get(ACCESSES).text
    assert not LINK.search(page)
    assert "Anne Petit, parent d’élèvepar un lien05/10/2025" in text(page)
    guest = browse()
    shown = guest.get(link)
    assert "Anne Petit" in text(shown.text)
    assert "Coopérative 075-0001, 2024-2025" in text(shown.text)
    assert guest.get(SAMPLE).status_code == 302, "opening the address signs nobody in"
    answer = guest.post(link)
    assert answer.headers["Location"] == SAMPLE
    page = guest.get(SAMPLE).text
    assert "Bienvenue, Anne Petit." in text(page)
    assert "lecture seule" in page
    assert "/mot-de-passe" not in page


def test_it_begins_a_new_session_whoever_was_there(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    link = link_of(given(mandataire))
    guest = browse()
    guest.get(link)
    fixed = guest.client.get_cookie("session")
    enter(guest, link)
    assert fixed is not None
    stale = browse()
    stale.client.set_cookie("session", fixed.value)
    assert stale.get(SAMPLE).status_code == 302, "who planted a cookie before does not come in with it"
    assert "continuer fermera cette session" in text(mandataire.get(link).text)
    enter(mandataire, link)
    assert mandataire.post(f"{YEAR}/projets", {"nom": "Cirque"}).status_code == 403


def test_who_enters_by_a_link_writes_nothing_but_what_they_saw(
    app: Flask, mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    an_entry(year)
    draw_sample(SOMEONE, year, 0, 0, 0)
    guest = enter(browse(), link_of(given(mandataire)))
    before = {table: sorted(map(repr, table.select().tuples())) for table in TABLES}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in SIGNING_IN:
            continue
        known = {"identifiant": "075-0001", "annee": "2024-2025", "departement": "075", "token": "perdu"}
        values = {name: known.get(name, 1) for name in rule.arguments}
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        typed = {"montant": "", "mode": "", "avis": "vu", "remarque": "", "version": "0", "plus": "1"}
        status = guest.post(address, typed, htmx=True).status_code
        assert status in (200,) if rule.endpoint == "quitus.look" else status in (403, 404, 422), rule.rule
    after = {table: sorted(map(repr, table.select().tuples())) for table in TABLES}
    changed = {table.__name__ for table in TABLES if before[table] != after[table]}
    assert changed == {"VoucherLook", "Journal", "Year", "KeptSummary"}, (
        "the year counts one version more, the journal one line"
    )
    assert [(look.who, look.verdict) for look in looks_of(year)] == [("Anne Petit, parent d’élève", "vu")]
    assert Journal.select().order_by(Journal.id.desc()).get().who == "Anne Petit, parent d’élève"


def test_an_access_ends_after_its_last_day_and_so_do_its_sessions(
    app: Flask, restored: None, mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    link = link_of(given(mandataire))
    password = password_of(given(mandataire, "compte"))
    guest, holder = enter(browse(), link), browse().sign_in("075-0001-v1", password)
    holder.post("/mot-de-passe/plus-tard")
    for day, status in ((LAST, 200), (AFTER, 302)):
        on(app, day)
        assert [browser.get(SAMPLE).status_code for browser in (guest, holder)] == [status, status], day
    late = browse()
    assert late.get(link).status_code == 404
    late.get("/connexion")
    assert late.post(link).status_code == 404
    answer = late.post("/connexion", {"identifiant": "075-0001-v1", "mot_de_passe": password})
    assert answer.status_code == 422
    assert "Votre accès a pris fin le 05/10/2025" in text(answer.text)
    assert late.get(SAMPLE).status_code == 302
    mandataire.sign_in("075-0001")
    assert text(mandataire.get(ACCESSES).text).count("terminé le 05/10/2025") == 2


def test_an_ended_access_is_over_at_once(mandataire: Browser, year: YearKey, browse: Callable[[], Browser]) -> None:
    link = link_of(given(mandataire))
    guest, person = enter(browse(), link), Person.get(Person.role == "verificateur")
    page = mandataire.follow(f"{ACCESSES}/{person.id}/fin").text
    assert "L’accès de Anne Petit est terminé." in text(page)
    assert "Personne pour l’instant" in text(page)
    assert guest.get(SAMPLE).status_code == 302
    assert guest.get(link).status_code == 404
    assert mandataire.post(f"{ACCESSES}/{person.id}/fin").status_code == 404


def test_a_renewed_link_replaces_the_old_one(mandataire: Browser, year: YearKey, browse: Callable[[], Browser]) -> None:
    old = link_of(given(mandataire))
    guest, person = enter(browse(), old), Person.get(Person.role == "verificateur")
    new = link_of(mandataire.post(f"{ACCESSES}/{person.id}/renouveler").text)
    assert browse().get(old).status_code == 404
    assert guest.get(SAMPLE).status_code == 302
    enter(guest, new)
    assert guest.get(SAMPLE).status_code == 200


def test_an_account_signs_in_and_changes_its_first_password(
    mandataire: Browser, year: YearKey, browse: Callable[[], Browser]
) -> None:
    page = given(mandataire, "compte", identifiant="075-0001-anne")
    assert "075-0001-anne" in text(page)
    holder = browse()
    holder.get("/connexion")
    answer = holder.post("/connexion", {"identifiant": "075-0001-ANNE", "mot_de_passe": password_of(page)})
    assert answer.headers["Location"] == "/mot-de-passe"
    assert holder.get(SAMPLE).headers["Location"] == "/mot-de-passe"


@pytest.mark.parametrize(
    ("acces", "typed", "said"),
    [
        ("compte", {"nom": ""}, "Prénom et nom : Ce champ est à remplir."),
        ("lien", {"nom": ""}, "Prénom et nom : Ce champ est à remplir."),
        ("lien", {"nom": "x" * 81}, "Prénom et nom :"),
        ("lien", {"qualite": "roi"}, "Qualité : Ce choix n’existe pas."),
        ("compte", {"identifiant": "075-0002"}, "Identifiant : Il commence par 075-0001-"),
        ("compte", {"identifiant": "075-0001-" + "x" * 21}, "Identifiant :"),
        ("compte", {"identifiant": ""}, "Identifiant : Il commence par 075-0001-"),
        ("compte", {"identifiant": "075-0001-v0"}, "existe déjà"),
    ],
)
def test_what_is_no_access_is_told_and_kept(
    mandataire: Browser, year: YearKey, acces: str, typed: dict[str, str], said: str
) -> None:
    a_person("075-0001-v0", "verificateur")
    fields = {**form_of(mandataire.get(ACCESSES), "access-form"), "nom": "Anne", "qualite": "parent", **typed}
    answer = mandataire.post(ACCESSES, {**fields, "acces": acces})
    assert answer.status_code == 422
    assert said in text(answer.text)
    assert form_of(answer, "access-form")["nom"] == fields["nom"]
    assert Person.select().where(Person.role == "verificateur").count() == 1


@pytest.mark.parametrize("acces", ["lien", "compte"])
def test_a_form_sent_twice_gives_one_access_and_says_what_to_do(mandataire: Browser, year: YearKey, acces: str) -> None:
    fields = {**form_of(mandataire.get(ACCESSES), "access-form"), "nom": "Anne", "qualite": "parent", "acces": acces}
    answers = [mandataire.post(ACCESSES, fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 422]
    assert ("demandez-en un nouveau" if acces == "lien" else "existe déjà") in text(answers[1].text)
    assert Person.select().where(Person.role == "verificateur").count() == 1


def test_a_bound_that_is_reached_is_told(mandataire: Browser, year: YearKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifiers, "MOST_AT_ONCE", 1)
    given(mandataire)
    fields = {**form_of(mandataire.get(ACCESSES), "access-form"), "nom": "Zoé", "qualite": "parent", "acces": "lien"}
    answer = mandataire.post(ACCESSES, fields)
    assert answer.status_code == 422
    assert "Il y a déjà 1 accès" in text(answer.text)


def test_the_neighbours_access_is_not_reached(mandataire: Browser, year: YearKey) -> None:
    elsewhere = a_coop("075-0002")
    a_year(elsewhere)
    zoe = a_person("zoe", "verificateur", coop_identifier="075-0002")
    mandataire.get(ACCESSES)
    for deed in ("fin", "renouveler"):
        assert mandataire.post(f"{ACCESSES}/{zoe.id}/{deed}").status_code == 404
    assert Person.get_by_id(zoe.id).session_token == zoe.session_token


def test_a_link_leads_nowhere_else(mandataire: Browser, year: YearKey, browse: Callable[[], Browser]) -> None:
    a_year(a_coop("075-0002"))
    link = link_of(given(mandataire))
    guest = browse()
    guest.get(link)
    answer = guest.post(f"{link}?next=https://ailleurs.example/&identifiant=075-0002", {"next": "//ailleurs.example"})
    assert answer.headers["Location"] == SAMPLE
    assert guest.get(SAMPLE.replace("075-0001", "075-0002")).status_code == 404
    assert guest.get("/ad/075/").status_code == 404


def test_nobody_but_a_mandataire_gives_accesses(verifier: Browser, year: YearKey) -> None:
    assert verifier.get(ACCESSES).status_code == 403
    assert verifier.post(ACCESSES, {"nom": "Moi", "qualite": "parent", "acces": "lien"}).status_code == 403
    assert Person.select().count() == 1


def test_the_quitus_warns_when_it_is_known_that_no_parent_is_among_them(mandataire: Browser) -> None:
    warning = "Aucun parent d’élève n’est parmi vos vérificateurs"
    for quality, warned in (("enseignant", False), ("autre", True), ("parent", False)):
        given(mandataire, nom=f"Anne {quality}", qualite=quality)
        assert (warning in text(mandataire.get(f"{YEAR}/quitus").text)) is warned, quality
