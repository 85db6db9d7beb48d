"""A real year with all that it may hold: red and struck lines, slips, scans, projects, a phone’s pass, looks."""

from __future__ import annotations

from datetime import date

from retkoop.actions import deposits, ledger, projects, quitus
from retkoop.actions.handover import Told, record_handover
from retkoop.actions.phone import make_pass
from retkoop.actions.scans import add_scan, remove_scan, take_in
from retkoop.actions.year_documents import give_document, note_posted, remove_document
from retkoop.audit import Actor
from retkoop.facts import Allocation
from retkoop.models import YearKey
from retkoop.storage import FileStorage
from tests.factories import a_case, a_draft, a_person
from tests.support.bank import a_bank_statement
from tests.support.joined import ask
from tests.support.papers import a_scan, arrived, bill, pamphlet

COOP = "075-0101"
KEY = YearKey("075", COOP, 2024)
VERIFIER = f"{COOP}-v1"
HOME = f"/coop/{COOP}/2024-2025/"
# In December: an entry with scans, the next one without, a red one, receipts, one of them on a slip; one struck out.
SCANNED, PLAIN, RED, RECEIPTS, STRUCK = 25, 26, 87, (88, 89, 90), 24


def fill(storage: FileStorage) -> str:
    """Store the year and its mandataire, whose identifier is the cooperative's; give the secret of a phone's pass."""
    a_case("ecole-101", storage)
    camille = Actor("Camille", a_person(COOP, coop_identifier=COOP).id)
    red = a_draft(day=date(2024, 12, 3), voucher="900", allocations=())
    assert ledger.add_entry(camille, KEY, red) == RED
    for number in RECEIPTS:
        told = {"day": date(2024, 12, 4), "voucher": str(900 + number), "label": f"Famille {number}"}
        receipt = a_draft(**told, bank=1_500, allocations=(Allocation("70700008", 1_500),))
        assert ledger.add_entry(camille, KEY, receipt) == number
    deposits.make_slip(camille, KEY, date(2024, 12, 5), "Remise", [RECEIPTS[-1]])
    _scans(camille, storage)
    ledger.strike_entry(camille, KEY, STRUCK)
    a_bank_statement(KEY, operation=RED)
    a_bank_statement(KEY, 2, operation=RED, confidence="a_verifier")
    _documents(camille, storage)
    content = {"banque": 1, "caisse": 2, "points": [["Caisse", False, "À compter"]], "ensemble": [], "remarques": "Ok"}
    record_handover(camille, KEY, Told(date(2025, 9, 1), "Camille", "Dominique", content))
    projects.close_project(camille, KEY, ledger.add_project(camille, KEY, "Ancien projet"), True)
    # Above nothing: every entry is in the sample.
    quitus.draw_sample(camille, KEY, 0, 0, 0)
    anne = Actor("Anne Petit, parent d’élève", a_person(VERIFIER, "verificateur", coop_identifier=COOP).id)
    quitus.look(anne, KEY, PLAIN, 0, "a_revoir", "Le ticket est illisible")
    ask()
    return make_pass(camille, KEY, SCANNED)


def _scans(camille: Actor, storage: FileStorage) -> None:
    """Join scans 2, 3 and 8 to an entry, 11 to one that is struck out; 5, 6, 9, 10 wait; 4 and 7 were put away."""
    for colour, entry in (("teal", 25), ("navy", 25), ("gold", 25), ("pink", None), ("lime", None), ("plum", None)):
        number = a_scan(KEY, storage, entry, colour, colour)
        if colour in ("gold", "plum"):
            remove_scan(camille, KEY, number)
    add_scan(camille, KEY, take_in("devis", pamphlet("Devis", "Total"), storage), SCANNED)
    add_scan(camille, KEY, take_in("facture", bill("Le 03/12/2024", "Total TTC 12,00 €"), storage), None)
    add_scan(camille, KEY, take_in("contrat", pamphlet("Contrat", "Signatures"), storage), None)
    a_scan(KEY, storage, STRUCK, "olive", "bordereau")


def _documents(camille: Actor, storage: FileStorage) -> None:
    """Give the quitus (documents 1 and 2, a PDF) and another document (3); 4 was put away, 5 went by post."""
    give_document(camille, KEY, "quitus", arrived(storage, "navy", "quitus signé"))
    give_document(camille, KEY, "quitus", take_in("vérificateurs", pamphlet("Premier", "Second"), storage))
    give_document(camille, KEY, "autre", arrived(storage, "gold", "procès-verbal"))
    remove_document(camille, KEY, give_document(camille, KEY, "autre", arrived(storage, "lime", "brouillon")).number)
    note_posted(camille, KEY, "subvention:1", date(2025, 9, 1))
