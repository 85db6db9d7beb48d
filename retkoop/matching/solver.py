"""PURE. The cheapest assignment of operations to lines, solved component by component, and how firm each link is."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from retkoop.matching.assignment import Pairing
from retkoop.matching.model import Option

# A line or an operation left without the other costs this much; a link is firm when all else costs MARGIN more.
ALONE = 2.5
MARGIN = 1.5
_TRIES = 3_000
# More lines than this that want common operations are too alike to be told apart.
_LARGEST = 40
Options = Sequence[Sequence[Option]]
# Tells two options that stand for each other.
Same = Callable[[Option, Option], bool]


@dataclass(frozen=True, slots=True)
class Link:
    """The option chosen for a line, and whether every other assignment is clearly worse."""

    option: Option
    firm: bool


def solve(
    options: Options,
    same: Same,
    margin: float = MARGIN,
    known: Mapping[int, Link] | None = None,
    changed: Container[int] = (),
) -> dict[int, Link]:
    """Choose at most one option for each line, no operation twice, the whole as cheap as can be.

    A link is firm when every other assignment is dearer by the margin. `known` is what was chosen before some lines
    `changed`; what has nothing to do with these stays.
    """
    links: dict[int, Link] = {}
    for lines in _components(options):
        if known is None or any(line in changed for line in lines):
            links.update(_component(lines, options, same, margin))
        else:
            links.update({line: known[line] for line in lines if line in known})
    return links


def _components(options: Options) -> list[list[int]]:
    """Part the lines into those that want common operations."""
    parent: dict[object, object] = {}

    def root(node: object) -> object:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = above
        return node

    for line, its in enumerate(options):
        for option in its:
            for place in option.places:
                parent[root(("operation", place))] = root(("line", line))
    found: dict[object, list[int]] = {}
    for line, its in enumerate(options):
        if its:
            found.setdefault(root(("line", line)), []).append(line)
    return list(found.values())


def _component(lines: list[int], options: Options, same: Same, margin: float) -> dict[int, Link]:
    if all(len(option.places) == 1 for line in lines for option in options[line]):
        return _pairs_only(lines, options, same, margin)
    search = _Search(lines, options)
    best = search.run() if len(lines) <= _LARGEST else None
    if best is None:
        return _groups_last(lines, options, same, margin)
    links: dict[int, Link] = {}
    for line, option in best.items():
        rival = _Search(lines, options, limit=search.best + margin, without=(line, option, same))
        links[line] = Link(option, not option.of_many and rival.run() is not None and not rival.found)
    return links


def _pairs_only(lines: list[int], options: Options, same: Same, margin: float) -> dict[int, Link]:
    """Settle lines of which each takes one operation."""
    its = [{option.places[0]: option for option in options[line] if len(option.places) == 1} for line in lines]
    pairing = Pairing([{place: option.cost for place, option in each.items()} for each in its], 2 * ALONE)
    if not pairing.settle():
        return {line: Link(option, False) for line, option in _in_order(lines, options).items()}

    def alike(row: int, one: int, other: int) -> bool:
        return same(its[row][one], its[row][other])

    return {
        line: Link(its[row][column], not its[row][column].of_many and pairing.is_firm(row, margin, alike))
        for row, (line, column) in enumerate(zip(lines, pairing.columns, strict=True))
        if column >= 0
    }


def _groups_last(lines: list[int], options: Options, same: Same, margin: float) -> dict[int, Link]:
    """Settle what is too entangled to look at all assignments: pairs first, then groups of what they left."""
    links = _pairs_only(lines, options, same, margin)
    ranked = sorted(
        (option.cost, line, index)
        for line in lines
        for index, option in enumerate(options[line])
        if len(option.places) > 1
    )
    used = {place for link in links.values() for place in link.option.places}
    for cost, line, index in ranked:
        option = options[line][index]
        if cost < 2 * ALONE and line not in links and used.isdisjoint(option.places):
            links[line] = Link(option, False)
            used.update(option.places)
    rivals: dict[tuple[str, int], float] = {}
    for cost, line, index in reversed(ranked):
        rivals["line", line] = cost
        rivals.update({("operation", place): cost for place in options[line][index].places})
    return {line: Link(link.option, link.firm and not _rivalled(line, link, rivals)) for line, link in links.items()}


def _rivalled(line: int, link: Link, rivals: Mapping[tuple[str, int], float]) -> bool:
    """Tell whether a group wants the same line, or the same operation, about as much."""
    wanted = [("line", line), *(("operation", place) for place in link.option.places)]
    return min(rivals.get(each, float("inf")) for each in wanted) < link.option.cost + MARGIN + 2 * ALONE


class _Search:
    """A search of all assignments that leaves those which can only be dearer than the best one known."""

    def __init__(
        self, lines: list[int], options: Options, limit: float = float("inf"),
        without: tuple[int, Option, Same] | None = None,
    ) -> None:  # fmt: skip
        self.choices = [sorted(self._gains(options[line], line, without)) for line in lines]
        # The line with the fewest choices first.
        order = sorted(range(len(lines)), key=lambda place: (len(self.choices[place]), lines[place]))
        self.lines, self.choices = [lines[place] for place in order], [self.choices[place] for place in order]
        self.options = options
        self.rest = [0.0] * (len(lines) + 1)
        for place in range(len(lines) - 1, -1, -1):
            self.rest[place] = self.rest[place + 1] + min(0.0, *(gain for gain, _ in self.choices[place]), 0.0)
        self.best, self.found = limit, False
        self.chosen: dict[int, Option] = {}
        self.tries = 0
        self.stop_at_first = without is not None

    @staticmethod
    def _gains(its: Sequence[Option], line: int, without: tuple[int, Option, Same] | None) -> list[tuple[float, int]]:
        """Give what each option costs less than to leave its line and its operations alone."""
        kept = []
        for index, option in enumerate(its):
            if without and without[0] == line and (option is without[1] or without[2](option, without[1])):
                continue
            # A group leaves one line alone and counts as one operation: else the largest would always win.
            kept.append((option.cost - 2 * ALONE, index))
        return [choice for choice in kept if choice[0] < 0]

    def run(self) -> dict[int, Option] | None:
        """Give the best assignment, the limit's when nothing is cheaper; None when it took too long."""
        self._from(0, 0.0, {}, set())
        return None if self.tries >= _TRIES else self.chosen

    def _from(self, place: int, cost: float, chosen: dict[int, Option], used: set[int]) -> None:
        self.tries += 1
        if self.tries >= _TRIES or (self.stop_at_first and self.found) or cost + self.rest[place] >= self.best - 1e-9:
            return
        if place == len(self.lines):
            self.best, self.chosen, self.found = cost, dict(chosen), True
            return
        line = self.lines[place]
        for gain, index in self.choices[place]:
            option = self.options[line][index]
            if used.isdisjoint(option.places):
                chosen[line] = option
                self._from(place + 1, cost + gain, chosen, used | set(option.places))
                del chosen[line]
        self._from(place + 1, cost, chosen, used)


def _in_order(lines: list[int], options: Options) -> dict[int, Option]:
    """Where too many are alike to look at all assignments: the likeliest options first, first come first served."""
    ranked = sorted((option.cost, line, index) for line in lines for index, option in enumerate(options[line]))
    chosen: dict[int, Option] = {}
    used: set[int] = set()
    for cost, line, index in ranked:
        option = options[line][index]
        if line not in chosen and cost < 2 * ALONE and used.isdisjoint(option.places):
            chosen[line] = option
            used.update(option.places)
    return chosen
