"""What the screens of the quitus and its paper show: the same figures, the same sample, the same looks."""

from __future__ import annotations

from typing import Any, NamedTuple

from retkoop import quitus_rows, reports, table_reports
from retkoop.actions.identity import people_of
from retkoop.desks import MANDATAIRE, VERIFIER, YearDesk
from retkoop.facts import YearFacts
from retkoop.forms.quitus import QUALITY_WORDS
from retkoop.models import Person
from retkoop.voucher_sample import (
    AGAIN,
    BEFORE,
    BY_CHANCE,
    CASH,
    GRANT,
    LARGE,
    Draw,
    Drawn,
    Look,
    Since,
    by_chance,
    by_person,
    called,
    listed,
    looked_at,
    progress,
    reasons,
    sample,
)  # fmt: skip
from retkoop.year_states import REPORTED_IN

REASONS = {
    GRANT: "subvention", LARGE: "montant", CASH: "espèces", BY_CHANCE: "au hasard", BEFORE: "tirage précédent",
}  # fmt: skip
GROUPS = {
    GRANT: "Subventions", LARGE: "Montants", CASH: "Espèces", BY_CHANCE: "Au hasard", BEFORE: "Autres déjà regardées",
}  # fmt: skip
# What fits on the one page, whatever the year: characters of each group of the sample, remarks and their length.
ROOM, MOST_REMARKS, LONGEST_ON_PAPER = 190, 3, 120
MOST_NAMED = 4
VERIFIERS_IN_WORDS = {2: "Deux", 3: "Trois"}


class Point(NamedTuple):
    """One thing that the vérificateurs check, and the checks of Retkoop that say whether it looks right."""

    title: str
    words: str
    codes: tuple[str, ...] = ()


POINTS = (
    Point("Soldes de départ", "ceux de la fin de l’an dernier, banque et caisse"),
    Point("Solde de banque", "celui du cahier, expliqué par le relevé", ("RELEVE",)),
    Point("Pièces justificatives", "celles de l’échantillon : montant, date, objet"),
    Point("Ventilation", "chaque dépense et chaque recette à son compte", ("VENTILATION", "BILAN")),
    Point("Caisse", "comptée, égale au cahier", ("CAISSE",)),
    Point("Régies d’avance", "toutes justifiées ou rendues", ("REGIES",)),
    Point("Subventions", "le tableau, les notifications, le compte 7410", ("SUBVENTIONS",)),
    Point("Inventaire", "les biens durables sont là", ("INVENTAIRE",)),
    Point("Procès-verbaux", "conseils de coopérative, décisions de dépense"),
)


def screen(desk: YearDesk) -> dict[str, Any]:
    """Give the draw of a year, its sample, and what was looked at."""
    draw, facts = quitus_rows.draw_of(desk.key), desk.facts
    looks = looked_at(facts, quitus_rows.looks_of(desk.key))
    drawn = sample(facts, draw, {look.entry for look in looks}) if draw else ()
    changed = quitus_rows.changed_since(desk.key, facts, draw) if draw else Since()
    return {
        "desk": desk,
        "draw": draw,
        "drawn": drawn,
        "changed": changed,
        "by_chance": by_chance([*drawn, *_were_drawn(changed, draw, facts)]) if draw else 0,
        "looks": looks,
        "progress": progress(drawn, looks),
        "reasons": REASONS,
        "called": called,
        "may_draw": desk.person.role in (MANDATAIRE, VERIFIER) and desk.row.state in REPORTED_IN,
    }


def _were_drawn(changed: Since, draw: Draw, facts: YearFacts) -> list[Drawn]:
    """Give what was drawn and struck out since: the sample that was printed counted it."""
    codes = facts.chart.grant_codes
    return [Drawn(entry, reasons(entry, draw, codes) or (BY_CHANCE,)) for entry in changed.struck]


def quitus(desk: YearDesk) -> dict[str, Any]:
    """Give all that the quitus says, on screen and on paper."""
    shown = screen(desk)
    people, groups = by_person(shown["looks"]), listed(shown["drawn"], ROOM)
    return {
        **shown,
        "points": [(point, _judged(desk, point)) for point in POINTS],
        "groups": [(GROUPS[group.reason], group) for group in groups],
        "people": people[:MOST_NAMED],
        # A page with much on it gives less room to write by hand.
        "crowded": sum(len(group.text) for group in groups) > 500 or len(people) > 2,
        "unnamed": len(people[MOST_NAMED:]),
        "signers": desk.facts.settings.signers,
        "verifiers": VERIFIERS_IN_WORDS[desk.facts.settings.verifiers],
        "keepers": [one.name or one.identifier for one in people_of(desk.coop) if one.role == MANDATAIRE][:MOST_NAMED],
        **_remarks(desk, shown["looks"]),
        **figures(desk.facts),
    }


def _judged(desk: YearDesk, point: Point) -> str:
    """Give what Retkoop says of a point: right, to be looked at, or nothing when people alone can tell."""
    if not point.codes:
        return ""
    return "juste" if all(desk.verdict.holds(code) for code in point.codes) else "à voir"


def figures(facts: YearFacts) -> dict[str, Any]:
    """Give the figures that are signed, each from the function that the other screens use."""
    table, count = reports.reconciliation(facts), facts.last_count
    return {
        "operating": reports.operating_account(facts),
        "following": reports.next_opening(facts),
        "table": table,
        "table_sum": table.to_receive - table.to_pay,
        "count": count,
        "count_gap": table_reports.count_gap(facts, count) if count else None,
        "cash_used": reports.cash_used(facts),
    }


class Remark(NamedTuple):
    """A remark as the paper shows it."""

    voucher: str
    who: str
    text: str
    again: bool


def _remarks(desk: YearDesk, looks: tuple[Look, ...]) -> dict[str, Any]:
    """Give the remarks that the paper has room for, those to be seen again first, and how many are left out."""
    told = sorted((look for look in looks if look.remark or look.verdict == AGAIN), key=lambda x: x.verdict != AGAIN)
    shown = [
        Remark(called(desk.facts.by_number[look.entry]), look.who, _short(look.remark), look.verdict == AGAIN)
        for look in told[:MOST_REMARKS]
    ]
    return {"remarks": shown, "more_remarks": len(told) - len(shown)}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_ON_PAPER else text[: LONGEST_ON_PAPER - 1] + "…"


class Signatory(NamedTuple):
    """Who is expected to sign: blank where nobody is known."""

    name: str = ""
    quality: str = ""


def signatories(desk: YearDesk, people: tuple[Any, ...]) -> list[Signatory]:
    """Give the vérificateurs who sign: those who looked first, then the others who have an access, else blanks."""
    looked = {one.person for one in people}
    known = sorted(quitus_rows.verifiers_of(desk.coop), key=lambda person: (person.id not in looked, person.id))
    named = [Signatory(person.name, person.quality) for person in known if person.name]
    number = desk.facts.settings.verifiers
    return [*named, *[Signatory()] * number][:number]


def name_of(person: Person) -> str:
    """Call a vérificateur as what they say is signed: « Anne Martin, parent d’élève »."""
    return ", ".join(filter(None, (person.name or person.identifier, QUALITY_WORDS.get(person.quality, ""))))


def rule_of(draw: Draw) -> str:
    """Give the words for the rank of a draw: « 1er », « 2e »."""
    return "1er" if draw.rank == 1 else f"{draw.rank}e"
