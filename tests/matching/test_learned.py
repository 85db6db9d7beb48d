"""What was confirmed before tells what a line probably is; nothing is made up without it."""

from __future__ import annotations

from datetime import date

import pytest

from retkoop.matching import ENTRY, SURE, TO_CHECK, Operation, match
from retkoop.matching.learned import MOST_KEPT, Confirmed, Likely, habit, learn, likely_entry
from retkoop.statements import BankLine

DAY = date(2024, 9, 1)
FEES = [
    Confirmed("COTIS ASSOCIATIF ESSENTIEL 09", -420, "Banque – Frais de tenue de compte", "62700008", "depense"),
    Confirmed("COTIS ASSOCIATIF ESSENTIEL 10", -420, "Banque – Frais de tenue de compte", "62700008", "depense"),
]
SHOPS = [
    Confirmed(f"ACHAT TPE 4471 {bank}", -amount, f"{name} – {what}", account, "depense")
    for bank, name, what, account, amount in [
        ("SARL DUMONT ET FI", "Cars Dumont", "Sortie au musée", "61800008", 31_000),
        ("SARL DUMONT ET FI", "Cars Dumont", "Sortie à la ferme", "61800008", 24_000),
        ("PAPET PLUS", "Papeterie Plus", "Cahiers", "60600008", 4_210),
        ("JARDIN VERT", "Jardin vert", "Graines", "60600008", 1_200),
    ]
]
CASH = [Confirmed("RENDU CAISSE AGENCE 12", 5_000, "Versement d’espèces à la banque", "", "virement")]
HISTORY = learn([*FEES, *SHOPS, *CASH])


def line(label: str, amount: int, cheque: str = "") -> BankLine:
    return BankLine(DAY, label, amount, cheque)


def test_the_same_words_give_the_same_entry_again() -> None:
    found = likely_entry(line("COTIS ASSOCIATIF ESSENTIEL 11", -450), HISTORY)
    reason = "d’après 2 opérations semblables déjà pointées"
    assert found == Likely("Banque – Frais de tenue de compte", "62700008", "depense", "", reason)


def test_words_cut_short_and_different_goods_give_the_account_and_who_it_is() -> None:
    found = likely_entry(line("ACHAT TPE 9912 SARL DUMONT", -9_999), HISTORY)
    assert (found.label, found.account) == ("Cars Dumont", "61800008")


def test_what_all_shops_share_tells_nothing() -> None:
    found = likely_entry(line("ACHAT TPE 4471 INCONNU", -1_000), HISTORY)
    assert found == Likely("ACHAT TPE 4471 INCONNU", "", "depense", "", "")


def test_a_receipt_is_not_told_by_an_expense() -> None:
    assert likely_entry(line("COTIS ASSOCIATIF ESSENTIEL", 420), HISTORY).account == ""


def test_carried_cash_is_a_transfer_in_its_way() -> None:
    found = likely_entry(line("RENDU CAISSE AGENCE 12", 8_000), HISTORY)
    assert (found.nature, found.way, found.account) == ("virement", "vers_banque", "")
    known_by_its_word = likely_entry(line("RETRAIT DAB", -4_000), learn([]))
    assert (known_by_its_word.nature, known_by_its_word.way) == ("virement", "vers_caisse")


def test_the_cheque_of_the_line_is_given() -> None:
    assert likely_entry(line("CHEQUE 0001234567", -4_000), HISTORY).cheque == "1234567"


@pytest.mark.parametrize(("label", "expected"), [("Cars Dumont – Piscine", 0.5), ("Jardin vert – Terreau", -0.3)])
def test_a_habit_raises_what_it_stood_for_and_lowers_the_rest(label: str, expected: float) -> None:
    told = habit(line("ACHAT TPE 12 SARL DUMONT ET FI", -5_000), label, HISTORY)
    assert told >= expected if expected > 0 else told == expected
    assert habit(line("INCONNU", -5_000), label, HISTORY) == 0


def test_it_is_bounded_and_the_same_every_time() -> None:
    pairs = [Confirmed(f"ACHAT {n} BOUTIQUE{n % 700}", -n, f"Boutique {n % 700}", "60600008") for n in range(1, 5_000)]
    assert len(learn(pairs).pairs) == MOST_KEPT
    assert likely_entry(line("ACHAT BOUTIQUE12", -1), learn(pairs)) == likely_entry(
        line("ACHAT BOUTIQUE12", -1), learn(pairs)
    )


def test_what_was_confirmed_tells_two_entries_of_one_amount_apart() -> None:
    lines = [line("ACHAT TPE 4471 SARL DUMONT ET FI", -8_000), line("ACHAT TPE 4471 PAPET PLUS", -8_000)]
    book = [
        Operation(ENTRY, 1, DAY, "Papeterie Plus – Feutres", -8_000),
        Operation(ENTRY, 2, DAY, "Cars Dumont – Piscine", -8_000),
    ]
    bank = [
        BankLine(each.day, each.label.replace("DUMONT", "HDX").replace("PAPET PLUS", "GRP"), -8_000) for each in lines
    ]
    unheard = match(bank, book)
    assert [each.confidence for each in unheard] == [TO_CHECK, TO_CHECK]
    history = learn(
        [
            Confirmed("ACHAT TPE 1 SARL HDX ET FI", -100, "Cars Dumont – Sortie", "61800008", "depense"),
            Confirmed("ACHAT TPE 1 GRP", -100, "Papeterie Plus – Cahiers", "60600008", "depense"),
        ]
    )
    found = match(bank, book, history)
    assert [(each.operations[0].number, each.confidence) for each in found] == [(2, SURE), (1, SURE)]
    assert found[0].reason == "même montant, le même jour, comme d’autres fois"
