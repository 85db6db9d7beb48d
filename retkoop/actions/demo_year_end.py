"""The year end in the demonstration: cards of identity, a CRA, documents for the AD, and what a vérificatrice saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from retkoop.actions import activity_report, identity, quitus, settings, year_documents
from retkoop.actions.demo_data import draw_scan
from retkoop.actions.guard import insert_row, journal
from retkoop.actions.scans import keep
from retkoop.ad_settings import profile_part, seal
from retkoop.audit import OPERATOR, Actor
from retkoop.models import Cooperative, Person, VoucherDraw, Year, YearKey
from retkoop.quitus_rows import draw_columns
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import profile_of
from retkoop.storage import Storage
from retkoop.voucher_sample import AGAIN, CHANCE, SEEN, Draw, sample
from retkoop.year_rows import activity_answers, year_facts

# How each cooperative is found and how many pupils it has.
CARDS = {
    "075-0101": ("12 rue des Tilleuls, 75012 Paris", "La Banque du Quartier", 148),
    "075-0102": ("4 passage des Acacias, 75011 Paris", "La Banque du Quartier", 96),
    "075-0103": ("27 avenue des Glycines, 75020 Paris", "Crédit des Écoles", 203),
    "075-0104": ("1 place des Lilas, 75019 Paris", "La Banque Postale", 74),
    "075-0106": ("8 rue des Mûriers, 75020 Paris", "Crédit des Écoles", 61),
}
ANSWERS = {"nb_classes": "3", "nb_eleves": "61", "nb_adultes": "5"}
# Fixed, so that the same demonstration draws the same sample.
DRAWN = Draw(482_915)
VERIFIER, LOOKED_AT = "075-0101-verif", 6


# Numbers and addresses that nobody has.
CONTACT = {
    "contact": "Claire Aubert, service des coopératives", "address": "6 rue des Écoles\n75005 Paris",
    "phone": "01 99 00 00 75", "mail": "cooperatives@occe75.example",
}  # fmt: skip
HOME_TEXT = (
    "Une permanence pour la fin d’année : le mercredi de 14 h à 17 h, au siège.\n"
    "Le calendrier des formations : https://occe75.example/formations"
)


def finish_demo(actors: Mapping[str, Actor], today: date, storage: Storage) -> None:
    """Add to the exercices that were typed what comes after them, and what the association says of itself."""
    _introduce()
    for identifier, (address, bank, headcount) in CARDS.items():
        coop = Cooperative.get(Cooperative.identifier == identifier)
        card = {"address": address, "bank": bank, "headcount": headcount}
        identity.save_identity(actors[identifier], identifier, coop.version, card)
    before = SchoolYear.containing(today).start - 1
    _report(actors["075-0106"], YearKey("075", "075-0106", before), today, storage)
    _verify(actors["075-0101"], YearKey("075", "075-0101", before))


def _introduce() -> None:
    """Say how the association is reached, and a word to its mandataires."""
    department = Cooperative.get(Cooperative.identifier == next(iter(CARDS))).department
    blank = profile_of(department)
    settings.save_profile(OPERATOR, department, "contact", seal(profile_part(blank, "contact")), CONTACT)
    words = {**profile_part(blank, "textes"), "home_text": HOME_TEXT}
    settings.save_profile(OPERATOR, department, "textes", seal(profile_part(blank, "textes")), words)


def _report(actor: Actor, key: YearKey, today: date, storage: Storage) -> None:
    """Fill in the CRA of a closed year, give its quitus, post its statement: leaving the CRA is what is left."""
    activity_report.save_report(actor, key, activity_answers(key).fingerprint, ANSWERS)
    day = min(today, key.year.last_day + timedelta(days=3))
    signed = draw_scan("png", "Quitus – Signé par deux vérificateurs", day, 0)
    year_documents.give_document(actor, key, "quitus", keep("quitus signé", signed, storage))
    year_documents.note_posted(actor, key, "releve", day)


def _verify(actor: Actor, key: YearKey) -> None:
    """Draw the sample of a year, and have its vérificatrice, a parent, look at the first entries of it."""
    drawn = {"number": DRAWN.number, "rank": DRAWN.rank, "above": DRAWN.above, "chance": CHANCE}
    insert_row(VoucherDraw, key, **draw_columns(quitus.over_now(key, replace(DRAWN, chance=CHANCE))))
    journal(actor, key, "tirage", "echantillon", None, drawn, undoable=False)
    person = Person.get(Person.identifier == VERIFIER)
    Person.update(quality="parent").where(Person.id == person.id).execute()
    who = Actor(f"{person.name}, parent d’élève", person.id)
    facts = year_facts(Year.get(key.of(Year)))
    for rank, line in enumerate(sample(facts, DRAWN)[:LOOKED_AT]):
        again = rank == LOOKED_AT - 1
        remark = "La facture n’est pas lisible : pouvez-vous la scanner de nouveau ?" if again else ""
        quitus.look(who, key, line.entry.number, 0, AGAIN if again else SEEN, remark)
