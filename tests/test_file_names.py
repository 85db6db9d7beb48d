"""Names of files that every computer takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retkoop.file_names import FileNames, safe_stem


@pytest.mark.parametrize(
    ("typed", "stem"),
    [
        ("facture 12", "facture 12"),
        ("Pièce d’identité", "Pièce d’identité"),
        ("a:b|c*?#%25&", "a_b_c_#%25&"),
        ("<img src=x onerror=alert(1)>", "_img src=x onerror=alert(1)_"),
        ("CON", "_CON"),
        ("nul.tar", "_nul.tar"),
        ("Console", "Console"),
        ("fin. ", "fin"),
        ("../x", ".._x"),
        ("...", "piece"),
        ("", "piece"),
    ],
)
def test_what_was_typed_becomes_a_name_that_every_computer_takes(typed: str, stem: str) -> None:
    assert safe_stem(typed) == stem


@given(st.text(max_size=30))
def test_a_name_that_is_safe_stays_as_it_is(typed: str) -> None:
    assert safe_stem(safe_stem(typed)) == safe_stem(typed)


def test_two_contents_never_share_a_path_whatever_their_letters() -> None:
    names = FileNames()
    paths = [names.path("pieces", name, "png", digest) for name, digest in
             (("Ticket", "a"), ("ticket", "b"), ("TICKET", "a"), ("ticket?", "c"), ("ticket", "d"))]  # fmt: skip
    assert paths == [
        "pieces/Ticket.png", "pieces/ticket-2.png", "pieces/Ticket.png", "pieces/ticket_.png", "pieces/ticket-3.png",
    ]  # fmt: skip
    assert len({path.casefold() for path in paths}) == 4
