"""What looks like an amount and is none is refused in every form, at once; what is one is kept to the cent."""

from __future__ import annotations

import pytest

from retkoop.models import Entry, YearKey
from tests.views.conftest import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
BOOK = "/coop/075-0001/2024-2025/cahier"
BOMBS = (
    "1e9", "9*9*9", "9**9**9", "(1)", "1/0", "=1+1", "0x10", "NaN", "inf", "1_000", "--1", "1+-1", "+", "1++1",
    "1,234", "9" * 50, "9" * 900, "1+" * 5_000 + "1", "+".join(["9999999,99"] * 7), "12٫5", "½", "\u202e12", "1\u200b2",
    "-0", "0", "12€50€", "@SUM(1)", "1;2", "1 2",
)  # fmt: skip


def form(text: str) -> dict[str, str]:
    """Give the single form with an amount."""
    line = {"lignes-0-compte": "61800008", "lignes-0-montant": text}
    return {"date": "2024-11-04", "pj": "01", "libelle": "Car", "nature": "depense", "moyen": "banque", **line}


def line(text: str) -> dict[str, str]:
    """Give the line of a grid with an amount."""
    parts = {"parts-0-compte": "6180", "banque_sortie": text}
    return {"saisie": "automatique", "date": "04/11/2024", "pj": "01", "libelle": "Car", **parts}


def test_what_is_no_amount_is_refused_and_shown_again(year: YearKey, mandataire: Browser) -> None:
    for text in BOMBS:
        for address, fields in ((BOOK, form(text)), (f"{BOOK}/grille", line(text))):
            sent = {"csrf_token": mandataire.token, **fields}
            assert mandataire.client.post(address, data=sent).status_code == 422, ascii(text[:20])
    assert not Entry.select().exists()


AMOUNTS = {"12+7,30": 1_930, "1 234,56": 123_456, "9 999 999,99": 999_999_999, "10-2,5": 750}


def test_what_is_one_is_kept(year: YearKey, mandataire: Browser) -> None:
    """Negative control: the same forms keep what can be read."""
    for text in AMOUNTS:
        for address, fields in ((BOOK, form(text)), (f"{BOOK}/grille", line(text))):
            assert mandataire.post(address, fields).status_code == 303
    kept = [-bank for (bank,) in Entry.select(Entry.bank).order_by(Entry.number).tuples()]
    assert kept == [cents for cents in AMOUNTS.values() for _ in range(2)]
