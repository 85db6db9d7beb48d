"""What an association settles on paper: its logo, its contact, who signs; in its mails, how it is reached."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from flask import Flask

from retkoop import mail
from retkoop.actions.accounts import NewAccount, make_account
from retkoop.actions.mails import post
from retkoop.actions.quitus import draw_sample, look
from retkoop.actions.settings import keep_logo, save_profile, save_rules, set_logo
from retkoop.actions.verifiers import make_access
from retkoop.ad_settings import profile_part, rules_part, seal
from retkoop.association import Message
from retkoop.audit import OPERATOR, Actor
from retkoop.db import writing
from retkoop.exports import pdf
from retkoop.facts import Settings
from retkoop.letters import validated
from retkoop.models import Person, YearKey
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import profile_of
from tests.factories import SOMEONE, a_coop, a_department, a_person, an_entry
from tests.support.papers import picture
from tests.support.tags import faults_of_tags
from tests.views.conftest import Browser
from tests.views.quitus.test_pdf import PDF, TODAY, coop_of, fill, words

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
CONTACT = {"contact": "Claire Aubert", "address": "6 rue A\n75005 Paris", "phone": "01 99 00 00 75", "mail": "ad@x.fr"}
MOST = tuple(f"Le directeur ou la directrice d’école n{number}"[:40] for number in range(3))


def settle(app: Flask, verifiers: int = 2, signers: tuple[str, ...] = ()) -> None:
    save_profile(SOMEONE, "075", "contact", seal(profile_part(profile_of("075"), "contact")), CONTACT)
    set_logo(SOMEONE, "075", keep_logo(picture(size=(900, 450)), app.config["STORAGE"]))
    rules, seen = rules_part(Settings(verifiers=verifiers, signers=signers), "regles"), rules_part(Settings(), "regles")
    save_rules(SOMEONE, "075", SchoolYear(2024), "regles", seal(seen), rules)


def test_the_quitus_bears_the_logo_and_every_line_of_signature(app: Flask, mandataire: Browser, year: YearKey) -> None:
    settle(app, 3, ("Le mandataire", "La directrice"))
    an_entry(year)
    document = mandataire.get(PDF).data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 1
        assert len(found.pages[0].get_images()) == 1
        assert faults_of_tags(found) == []
    said = words(document)
    assert said.count("Signature :") == 3
    assert "Le mandataire La directrice" in said
    assert said.count("Nom, date et signature :") == 2


@pytest.mark.parametrize(("verifiers", "signers"), [(3, MOST), (2, MOST[:1])])
def test_it_stays_on_one_page_whoever_signs_and_whatever_the_year_holds(
    app: Flask, mandataire: Browser, year: YearKey, verifiers: int, signers: tuple[str, ...]
) -> None:
    settle(app, verifiers, signers)
    fill(year, 1, "FACT-2024-{:04d}-ABC")
    draw_sample(SOMEONE, year, 0, 6_000, 50)
    for number in range(6):
        name = f"Marie-Antoinette de La Rochefoucauld-Montmorency {number}"
        person = make_access(SOMEONE, coop_of(year), name, "parent", f"075-0001-v{number}", True, TODAY).person
        for entry in range(1 + number, 60, 9):
            look(Actor(f"{name}, parent d’élève", person.id), year, entry, 0, "a_revoir", "Une longue remarque. " * 14)
    document = mandataire.get(PDF).data
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 1
    assert words(document).count("Signature :") == verifiers


def test_letters_say_who_writes_them(
    app: Flask, browse: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda *parts: printed.extend(parts) or b"%PDF-x")
    make_account(OPERATOR, a_coop(), NewAccount("075-0001", "Anne"), by_link=False)
    settle(app)
    a_person("asso", "ad")
    browser = browse().sign_in("asso")
    browser.get("/ad/075/coops/lettres")
    assert browser.post("/ad/075/coops/lettres", {"forme": "pdf", "cle": "une"}).status_code == 200
    (html,) = printed
    assert '<img src="data:image/png;base64,' in html
    assert "<p>6 rue A</p><p>75005 Paris</p>" in html


def test_mails_are_signed_and_the_words_of_a_validation_have_their_links(app: Flask) -> None:
    a_department()
    a_coop()
    person = a_person()
    Person.update(mail="zoe@exemple.fr").where(Person.id == person.id).execute()
    letter = validated("Zoé", "École", "2024-2025", "/coop/", ("Voir https://occe.fr/<b>.",))
    writing(post)(Person.get_by_id(person.id), "validation", letter, "un")
    with app.app_context():
        row, config = Message.get(), app.config["RETKOOP"]
        assert "Claire" not in mail.written(row, config)["txt"]
        settle(app)
        told = mail.written(row, config)
    assert "OCCE 075\nClaire Aubert\n6 rue A\n75005 Paris\nTéléphone : 01 99 00 00 75\nMail : ad@x.fr\n" in told["txt"]
    assert "OCCE 075<br>Claire Aubert" in told["html"]
    assert '<a href="https://occe.fr/" rel="noopener noreferrer">https://occe.fr/</a>&lt;b&gt;.' in told["html"]
