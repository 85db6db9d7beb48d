"""PURE. Whether two accounts are two people: who had the keys of whose account lately."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

# As long as a change of keys is remembered against two accounts: whoever was locked out by a link taken in their name
# tries to sign in, and reads the mail about it, within a month, school holidays included; an association that has just
# welcomed a colleague can still wait for that long, or ask its administrator.
KEYS_REMEMBERED = timedelta(days=30)


def share_hands(given: Iterable[tuple[int, int]], one: int, other: int) -> bool:
    """Tell whether two accounts may be in the same hands, by pairs of who gave keys and whose account they open.

    Whichever of them gave, through however many others: whoever made two accounts holds both.
    """
    pairs, reached = [set(pair) for pair in given], {one}
    while new := set().union(*(pair for pair in pairs if pair & reached)) - reached:
        reached |= new
    return other in reached
