"""Two accounts are two people unless one of them, or somebody else, held the keys of both."""

from __future__ import annotations

import pytest

from retkoop.two_people import share_hands


@pytest.mark.parametrize(
    ("given", "shared"),
    [
        ([], False),
        ([(1, 2)], True),
        ([(2, 1)], True),
        ([(3, 1), (3, 2)], True),
        ([(1, 3), (3, 4), (4, 2)], True),
        ([(4, 2), (3, 4), (1, 3)], True),
        ([(1, 3), (2, 4)], False),
        ([(1, 1), (2, 2)], False),
        ([(3, 4)], False),
    ],
)
def test_who_gave_keys_to_whom_tells_it(given: list[tuple[int, int]], shared: bool) -> None:
    assert share_hands(given, 1, 2) is shared
    assert share_hands(given, 2, 1) is shared
