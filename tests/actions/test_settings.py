"""What an association settles acts where it should, is told in the journal, and never touches what is validated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from retkoop.actions import backup, moves, settings, summaries
from retkoop.actions.coop_imports import confirm, keep_preview, preview
from retkoop.actions.coops import create_coop
from retkoop.actions.exchange import import_archive
from retkoop.actions.year_documents import give_document, note_posted
from retkoop.ad_settings import profile_part, rules_part, seal
from retkoop.association import DepartmentProfile, DepartmentRules, Message
from retkoop.audit import Actor
from retkoop.coop_identity import NewCoop
from retkoop.department_rows import board_lines
from retkoop.errors import Conflict, Refusal
from retkoop.facts import OwnDocument, Settings
from retkoop.letters import Letter
from retkoop.models import Department, Entry, Journal, Person, Year, YearKey
from retkoop.required_documents import requirements
from retkoop.rules import verdict
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import frozen_years, last_changes, profile_of, settings_for
from retkoop.storage import FileStorage
from retkoop.summary_rows import summary_of
from retkoop.year_rows import documents_of, year_facts
from tests.factories import SOMEONE, a_case, a_coop, a_department, a_person, a_year, an_entry
from tests.support.archives import document, exported
from tests.support.kept import all_faults, fresh_years
from tests.support.ledger_checks import told
from tests.support.papers import arrived, picture
from tests.support.year_end import finish

AD = Actor("Dominique de l’AD", 2)
CONTACT = {"contact": "Anne", "address": "1 rue A\n75001 Paris", "phone": "01 23 45 67 89", "mail": "ad@exemple.fr"}
YEAR, NEXT = SchoolYear(2024), SchoolYear(2025)
OWN = (OwnDocument(483_920_175, "Attestation", "Celle de l’année."),)


def profile(part: str, values: Mapping[str, str], actor: Actor = AD) -> bool:
    before = profile_part(profile_of("075"), part)
    return settings.save_profile(actor, "075", part, seal(before), {**before, **values})


def rules(year: SchoolYear, part: str, **values: Any) -> bool:
    before = settings_for("075", year.start)
    changed = rules_part(replace(before, **values), part)
    changed |= {"waived": frozenset(changed["waived"])} if "waived" in changed else {}
    return settings.save_rules(AD, "075", year, part, seal(rules_part(before, part)), changed)


def journal() -> list[tuple[Any, ...]]:
    lines = Journal.select().where(Journal.coop == "").order_by(Journal.id)
    return [(row.action, row.subject, row.start_year, json.loads(row.before), json.loads(row.after)) for row in lines]


def facts(key: YearKey) -> Any:
    return year_facts(Year.get(key.of(Year)), a_department())


# ---- Who it is, and its words


def test_each_part_is_kept_with_a_line_without_a_year_and_saved_again_changes_nothing(app: Flask) -> None:
    a_department()
    assert profile_of("075").name == "OCCE 075"
    assert profile("contact", CONTACT)
    assert not profile("contact", CONTACT)
    assert profile("textes", {"home_text": "Bonjour"})
    assert profile_part(profile_of("075"), "contact") == CONTACT
    assert journal() == [
        ("réglages", "reglages:contact", None, {"contact": "", "adresse": "", "telephone": "", "mail": ""},
         {"contact": "Anne", "adresse": CONTACT["address"], "telephone": CONTACT["phone"], "mail": CONTACT["mail"]}),
        ("réglages", "reglages:textes", None, {"texte_accueil": ""}, {"texte_accueil": "Bonjour"}),
    ]  # fmt: skip
    assert [line.subject for line in last_changes("075")] == ["reglages:textes", "reglages:contact"]
    a_department("013")
    assert not profile_of("013").is_reachable
    assert last_changes("013") == []


def test_two_people_meet_on_the_same_part_only(app: Flask) -> None:
    a_department()
    seen = {part: seal(profile_part(profile_of("075"), part)) for part in ("contact", "textes")}
    profile("contact", CONTACT)
    texts = {**profile_part(profile_of("075"), "textes"), "home_text": "Bonjour"}
    assert settings.save_profile(SOMEONE, "075", "textes", seen["textes"], texts)
    with pytest.raises(Conflict, match="entre-temps"):
        settings.save_profile(SOMEONE, "075", "contact", seen["contact"], {**CONTACT, "phone": "02"})
    # What the other one wrote as well is no quarrel.
    assert not settings.save_profile(SOMEONE, "075", "contact", seen["contact"], CONTACT)
    assert len(journal()) == 2


def test_a_logo_is_kept_replaced_and_taken_out(app: Flask) -> None:
    a_department()
    storage = app.config["STORAGE"]
    first, other = (settings.keep_logo(picture(colour), storage) for colour in ("teal", "navy"))
    assert settings.set_logo(AD, "075", first)
    assert not settings.set_logo(AD, "075", first)
    assert settings.set_logo(AD, "075", other)
    assert settings.set_logo(AD, "075", "")
    assert profile_of("075").logo == ""
    assert [after["logo"] for *_, after in journal()] == [f"image {first[:8]}", f"image {other[:8]}", "aucun"]


def test_a_backup_holds_the_logo_and_every_setting(app: Flask, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "pieces")
    a_year()
    digest = settings.keep_logo(picture(), storage)
    settings.set_logo(AD, "075", digest)
    profile("contact", CONTACT)
    rules(YEAR, "documents", own_documents=OWN)
    Year.update(state="validated").execute()
    before = profile_of("075"), settings_for("075", 2024)
    backup.save(tmp_path / "tout.zip", storage)
    elsewhere = FileStorage(tmp_path / "ailleurs")
    DepartmentProfile.delete().execute()
    backup.restore(tmp_path / "tout.zip", elsewhere)
    assert (profile_of("075"), settings_for("075", 2024)) == before
    assert elsewhere.get(digest) == storage.get(digest)


@pytest.mark.parametrize(("scheme", "refused"), [("numero", "0751234A"), ("uai", "075-1234")])
def test_the_scheme_steers_what_is_made_and_what_is_imported(app: Flask, scheme: str, refused: str) -> None:
    a_coop(refused, department="075", uai="")
    profile("identifiants", {"scheme": scheme})
    new = "075-0002" if refused == "075-1234" else "0750002A"
    with pytest.raises(Refusal, match="Votre association identifie"):
        create_coop(AD, "075", NewCoop(new, "Les Lilas"))
    kept = keep_preview(AD, "075", "liste", f"Identifiant;Nom\n{new};Les Lilas\n{refused};Renommée".encode())
    assert [(fault.line, fault.column) for fault in kept.faults] == [(2, "Identifiant")]
    # One that exists keeps its own, and is corrected.
    kept = keep_preview(AD, "075", "liste", f"Identifiant;Nom\n{refused};Renommée".encode())
    assert kept.number is not None
    assert confirm(AD, "075", kept.number, preview("075", kept.number).plan.seal).count("modifiée") == 1
    fitting = "0750002A" if scheme == "uai" else "075-0002"
    assert create_coop(AD, "075", NewCoop(fitting, "Les Lilas")).identifier == fitting


def test_a_scheme_chosen_between_preview_and_import_is_asked_again(app: Flask) -> None:
    a_department()
    kept = keep_preview(AD, "075", "liste", b"Identifiant;Nom\n0750002A;Les Lilas")
    assert kept.number is not None
    seen = preview("075", kept.number).plan.seal
    profile("identifiants", {"scheme": "numero"})
    with pytest.raises(Conflict, match="relisez"):
        confirm(AD, "075", kept.number, seen)


def test_its_words_are_in_the_mail_of_a_validation(app: Flask) -> None:
    key = a_case("ecole-du-bourg", app.config["STORAGE"])
    person = a_person("anne", coop_identifier=key.coop)
    Person.update(mail="anne@exemple.fr").where(Person.id == person.id).execute()
    before = profile_part(profile_of(key.department), "textes")
    words = {**before, "validation_text": "Bonnes vacances !\n\nhttps://occe.fr"}
    settings.save_profile(AD, key.department, "textes", seal(before), words)
    finish(key)
    moves.send(SOMEONE, key, lambda: date(2025, 9, 5))
    moves.validate(AD, key)
    letter = Letter.read(Message.get().content)
    assert letter.paragraphs[-2:] == ("Bonnes vacances !", "https://occe.fr")


# ---- The rules of a year


def test_a_year_uses_the_newest_rules_that_are_not_after_it(app: Flask) -> None:
    a_department()
    Department.update(unticked_limit=12).execute()
    assert settings_for("075", 2024) == Settings(12)
    assert rules(NEXT, "regles", unticked_limit=3, signers=("Le mandataire",))
    assert rules(SchoolYear(2027), "documents", waived=frozenset({"report"}))
    assert [settings_for("075", start).unticked_limit for start in (2023, 2024, 2025, 2026, 2027)] == [12, 12, 3, 3, 3]
    assert [len(settings_for("075", start).waived) for start in (2025, 2027)] == [0, 1]
    # Rules that come in between serve until the next ones.
    assert rules(SchoolYear(2026), "regles", unticked_limit=7)
    assert [settings_for("075", start).unticked_limit for start in (2025, 2026, 2027)] == [3, 7, 3]
    assert not rules(SchoolYear(2026), "regles", unticked_limit=7)
    assert DepartmentRules.select().count() == 3
    assert journal()[0][2:] == (
        None,
        {"limite": "12", "delai": "31 août", "presentation": "solde du cahier (présentation comptable)",
         "signatures": "2 vérificateurs"},
        {"limite": "3", "delai": "31 août", "presentation": "solde du cahier (présentation comptable)",
         "signatures": "2 vérificateurs, Le mandataire", "exercice": "2025-2026 et suivants"},
    )  # fmt: skip


@pytest.mark.parametrize("state", ["open", "closed", "sent", "validated"])
def test_every_state_but_validated_follows_at_once(app: Flask, state: str) -> None:
    key = a_year()
    an_entry(key)
    Year.update(state=state).where(key.of(Year)).execute()
    change = {"unticked_limit": 0, "closing_delay_days": 10, "presentation": "releve"}
    if state == "validated":
        assert frozen_years("075", 2024) == (2024,)
        with pytest.raises(Conflict, match="ne changent plus"):
            rules(YEAR, "regles", **change)
        assert rules(NEXT, "regles", **change)
        assert facts(key).settings == Settings()
        return
    assert rules(YEAR, "regles", **change)
    year = facts(key)
    assert year.settings == Settings(0, 10, "releve")
    assert {"NON_POINTEES", "DATE"} <= {one.code for one in verdict(year, date(2025, 9, 9)).blocking}
    assert "DATE" not in {one.code for one in verdict(year, date(2025, 9, 10)).blocking}


def test_two_people_meet_on_the_rules_that_they_both_saw(app: Flask) -> None:
    a_department()
    seen = seal(rules_part(Settings(), "regles"))
    rules(YEAR, "regles", unticked_limit=3)
    with pytest.raises(Conflict, match="entre-temps"):
        settings.save_rules(SOMEONE, "075", YEAR, "regles", seen, rules_part(Settings(7), "regles"))
    assert rules(YEAR, "documents", own_documents=OWN)
    assert settings_for("075", 2024) == Settings(3, own_documents=OWN)


def test_a_number_is_never_another_documents_nor_taken_from_a_form(app: Flask) -> None:
    a_department()
    (first,) = settings.numbered("075", [(0, "Attestation", "")])
    rules(YEAR, "documents", own_documents=(first,))
    kept, forged, new = settings.numbered("075", [(first.number, "Renommée", "x"), (77, "Forgé", ""), (0, "Autre", "")])
    assert kept == OwnDocument(first.number, "Renommée", "x")
    assert len({first.number, forged.number, new.number, 77}) == 4
    # One that was taken out, and that older rules still hold, keeps its number when it is asked for again.
    rules(NEXT, "documents", own_documents=())
    assert settings.numbered("075", [(first.number, "Attestation", "")]) == (first,)


def test_a_number_that_a_form_gives_twice_stays_with_the_first(app: Flask) -> None:
    a_department()
    (first,) = settings.numbered("075", [(0, "Attestation", "")])
    rules(YEAR, "documents", own_documents=(first,))
    found = settings.numbered("075", [(first.number, name, "") for name in ("Attestation", "Liste", "Autre liste")])
    assert found[0] == first
    assert [one.label for one in found] == ["Attestation", "Liste", "Autre liste"]
    assert len({one.number for one in found}) == 3


def test_what_is_kept_of_a_year_becomes_stale_when_other_documents_are_asked_for(app: Flask) -> None:
    key = a_year()
    an_entry(key)
    summaries.refresh()
    (line,) = board_lines(a_department(), YEAR, date(2025, 9, 5))
    assert summary_of(key).fresh
    rules(YEAR, "regles", unticked_limit=0, closing_delay_days=3)
    assert summary_of(key).fresh
    assert (all_faults(), fresh_years()) == ([], 1)
    rules(YEAR, "documents", waived=frozenset({"operation"}), own_documents=(*OWN, OwnDocument(7, "Liste")))
    assert not summary_of(key).fresh
    (shown,) = board_lines(a_department(), YEAR, date(2025, 9, 5))
    assert line.summary is not None
    assert shown.summary is not None
    assert (line.summary.missing, shown.summary.missing) == (3, 4)
    assert (summaries.refresh(), summaries.refresh(), all_faults(), fresh_years()) == (1, 0, [], 1)
    assert "NON_POINTEES" in shown.left


def test_a_document_of_its_own_is_given_like_any_other_and_one_it_does_without_is_not(app: Flask) -> None:
    key, storage = a_year(), app.config["STORAGE"]
    entry = an_entry(key)
    with pytest.raises(Refusal, match="n’est plus, demandé"):
        give_document(SOMEONE, key, "propre:483920175", arrived(storage))
    rules(YEAR, "documents", waived=frozenset({"operation"}), own_documents=OWN)
    give_document(SOMEONE, key, "propre:483920175", arrived(storage))
    note_posted(SOMEONE, key, "propre:483920175", date(2025, 9, 1))
    assert [after["pour"] for *_, after in told(key, "ajout") if after and "pour" in after] == ["Attestation"]
    assert told(key, "envoi")[0][3] == {"document": "Attestation", "envoye_le": "2025-09-01"}
    assert requirements(facts(key), documents_of(key))[2].settled
    assert Entry.get(Entry.number == entry).struck_at is None
    with pytest.raises(Refusal, match="n’est plus, demandé"):
        note_posted(SOMEONE, key, f"operation:{entry}", date(2025, 9, 1))


def test_what_was_given_for_it_comes_back_byte_for_byte_also_where_nobody_asks_for_it(
    app: Flask, tmp_path: Path
) -> None:
    storage = app.config["STORAGE"]
    key = a_case("ecole-101", storage)
    before = settings_for(key.department, key.start_year)
    values = {"waived": frozenset(), "own_documents": OWN}
    part = seal(rules_part(before, "documents"))
    settings.save_rules(AD, key.department, key.year, "documents", part, values)
    give_document(SOMEONE, key, "propre:483920175", arrived(storage))
    first = exported(key, storage)
    told_there = {"pour": "propre", "numero": 483_920_175, "fichier": "documents/facture.png"}
    assert document(first)["documents"] == [told_there]
    (tmp_path / "a.zip").write_bytes(first)
    DepartmentRules.delete().execute()
    import_archive(SOMEONE, tmp_path / "a.zip", storage, replace=True)
    assert exported(key, storage) == first
    assert [one.requirement for one in documents_of(key)] == ["propre:483920175"]
