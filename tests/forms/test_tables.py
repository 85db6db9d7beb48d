"""What the forms of the tables beside the cahier have in common."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from retkoop.exchange import DENOMINATIONS, GRANT_KINDS
from retkoop.forms.cash import CountForm
from retkoop.forms.grants import KINDS
from retkoop.forms.tables import VersionedForm, who_and_what


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Mairie – Classe verte", ("Mairie", "Classe verte")),
        ("Mairie - Classe verte - solde", ("Mairie", "Classe verte - solde")),
        ("Saint-Denis", ("Saint-Denis", "")),
        ("Mairie – ", ("Mairie –", "")),
    ],
)
def test_a_label_says_who_and_what(label: str, parts: tuple[str, str]) -> None:
    assert who_and_what(label.strip()) == parts


@pytest.mark.parametrize(("sent", "seen"), [("3", 3), ("", 0), ("x", 0), ("-1", 0), ("9" * 40, 999_999_999)])
def test_a_version_is_a_number_or_none(sent: str, seen: int) -> None:
    assert VersionedForm(MultiDict({"version": sent})).seen == seen


def test_the_count_asks_for_every_denomination_once() -> None:
    form = CountForm()
    assert [field.name for field in (*form.notes, *form.coins)] == [f"n{cents}" for cents in DENOMINATIONS]


def test_every_kind_of_grant_has_its_words() -> None:
    assert tuple(KINDS) == GRANT_KINDS
