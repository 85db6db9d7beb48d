"""PURE. The documents that the AD asks for at year end: which ones this year needs, and where each stands.

`shared/domain.md`, « Documents »: the signed quitus, the statement that shows the balance of 31 August, what proves
each grant, the receipt of each operation that the bank has not shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from retkoop.facts import Document, Entry, Grant, OwnDocument, PriorOperation, Settings, YearFacts
from retkoop.money import format_euros
from retkoop.school_year import french_date

# Codes stay the same whatever changes in the year; those of a row end with its number: `subvention:3`.
QUITUS, STATEMENT, GRANT, OPERATION, TYPED, PRIOR, OWN, OTHER = KINDS = (
    "quitus", "releve", "subvention", "operation", "saisie", "report", "propre", "autre",
)  # fmt: skip
# What an association may do without; the quitus and the statement, the rules of the year end rest on.
WAIVABLE = {
    GRANT: "justificatif de chaque subvention", OPERATION: "pièces des opérations non pointées de l’année",
    PRIOR: "pièces des opérations de l’année passée encore en attente",
}  # fmt: skip
_NAMES = {
    QUITUS: "Quitus signé", STATEMENT: "Relevé de banque au 31 août", GRANT: "Justificatif d’une subvention",
    OPERATION: "Pièce d’une opération non pointée", PRIOR: "Pièce d’une opération de l’année passée",
    TYPED: "Pièces des opérations non pointées", OWN: "Document demandé par l’association", OTHER: "Autre document",
}  # fmt: skip

GIVEN, IN_LEDGER, POSTED, MISSING, STALE = "donné", "dans le cahier", "envoyé", "manquant", "à refaire"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A document that the AD asks for; `entry` is the entry whose scan proves it, or whose receipt it is.

    `outdated`: why what was given does not count any more, empty when it does.
    """

    code: str
    title: str
    hint: str
    files: tuple[Document, ...] = ()
    posted: Document | None = None
    entry: Entry | None = None
    outdated: str = ""

    @property
    def kind(self) -> str:
        """Give what sort of document it is, one of KINDS."""
        return kind_of(self.code)

    @property
    def state(self) -> str:
        """Tell where it stands: one of GIVEN, IN_LEDGER, POSTED, MISSING, STALE."""
        if self.outdated:
            return STALE
        if self.files:
            return GIVEN
        if self.entry is not None and self.entry.scans:
            return IN_LEDGER
        return POSTED if self.posted else MISSING

    @property
    def settled(self) -> bool:
        """Tell whether nothing is left to do for it."""
        return self.state not in (MISSING, STALE)

    @property
    def words(self) -> str:
        """Tell where it stands, in words."""
        if self.outdated:
            return self.outdated
        if self.state == POSTED and self.posted is not None and self.posted.posted_on is not None:
            return f"Envoyé par courrier ou par mail le {french_date(self.posted.posted_on)}"
        return {GIVEN: "Donné", IN_LEDGER: "Pièce déjà dans le cahier"}.get(self.state, "Manque encore")


def kind_of(code: str) -> str:
    """Give the sort of a code: `subvention` for `subvention:3`."""
    return code.partition(":")[0]


def row_of(code: str) -> int:
    """Give the number of the row that a code names; 0 when it names none."""
    number = code.partition(":")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


def name_of(code: str, settings: Settings | None = None) -> str:
    """Call what a code asks for, whichever year it is of; what an association asks for besides, by its settings."""
    own = settings.own_documents if settings else ()
    return next((one.label for one in own if code == own_code(one)), _NAMES[kind_of(code)])


def own_code(own: OwnDocument) -> str:
    """Give the code of a document that an association asks for besides."""
    return f"{OWN}:{own.number}"


def is_known(code: str, facts: YearFacts) -> bool:
    """Tell whether documents may be given under a code: what is asked for, or anything else worth giving."""
    return code == OTHER or any(need.code == code for need in requirements(facts, ()))


def requirements(
    facts: YearFacts, documents: Iterable[Document], closing: int | None = None
) -> tuple[Requirement, ...]:
    """Give all that the AD asks for this year, in the order of the guides, each with what was given for it.

    `closing`: which move of the year closed its cahier last (`year_states.last_closing`), None while it is open.
    """
    given = tuple(documents)
    return (
        _signed(_with(given, QUITUS, name_of(QUITUS), _quitus_hint(facts.settings)), closing),
        _with(given, STATEMENT, name_of(STATEMENT), _statement_hint(facts)),
        *(_with(given, own_code(own), own.label, own.hint or _OWN_HINT) for own in facts.settings.own_documents),
        *(need for need in _computed(given, facts) if need.kind not in facts.settings.waived),
    )


def _computed(given: Sequence[Document], facts: YearFacts) -> Iterator[Requirement]:
    """Give what the figures of the year call for."""
    yield from (_grant(given, grant, facts) for grant in sorted(facts.grants, key=lambda one: (one.day, one.number)))
    if OPERATION not in facts.settings.waived:
        yield from (_operation(given, entry) for entry in facts.entries if entry.is_outstanding)
        yield from _typed(given, facts)
    yield from (_prior(given, prior) for prior in facts.priors if prior.ticked_on is None)


_OWN_HINT = "Votre association départementale le demande à chaque coopérative."


def _quitus_hint(settings: Settings) -> str:
    also = f" Signent aussi : {', '.join(settings.signers)}." if settings.signers else ""
    number = {2: "deux", 3: "trois"}[settings.verifiers]
    return (
        f"La page quitus, signée par {number} vérificateurs aux comptes qui ne sont pas mandataires,"
        f" dont au moins un parent.{also}"
    )


_CHANGING = "À signer après la clôture : les chiffres du cahier changent encore"
_CHANGED = "À refaire : les chiffres ont pu changer depuis"


def _signed(quitus: Requirement, closing: int | None) -> Requirement:
    """Count a quitus only if it was given after the last closing: before, it vouches for figures nobody signed.

    One of which nobody noted when it was given counts for a closed cahier.
    """
    given = (*quitus.files, *((quitus.posted,) if quitus.posted else ()))
    if not given:
        return quitus
    if closing is None:
        return replace(quitus, outdated=_CHANGING)
    holds = any(one.after_move is None or one.after_move >= closing for one in given)
    return quitus if holds else replace(quitus, outdated=_CHANGED)


def _with(given: Sequence[Document], code: str, title: str, hint: str, entry: Entry | None = None) -> Requirement:
    mine = [document for document in given if document.requirement == code]
    files = tuple(document for document in mine if document.posted_on is None)
    posted = next((document for document in mine if document.posted_on is not None), None)
    return Requirement(code, title, hint, files, posted, entry)


def _statement_hint(facts: YearFacts) -> str:
    shown = f", {format_euros(facts.statement.balance)} d’après votre saisie" if facts.statement else ""
    return f"La copie du relevé où se lit le solde au {french_date(facts.year.last_day)}{shown}."


def _grant(given: Sequence[Document], grant: Grant, facts: YearFacts) -> Requirement:
    title = f"Subvention : {grant.organisation}, {format_euros(grant.amount)}"
    hint = f"Le relevé où elle se lit, vers le {french_date(grant.day)}, ou la lettre qui l’annonce."
    return _with(given, f"{GRANT}:{grant.number}", title, hint, _receipt_of(grant, facts))


def _receipt_of(grant: Grant, facts: YearFacts) -> Entry | None:
    """Give the entry of the cahier that received a grant, when its PJ number says which one and it has a scan."""
    if not grant.voucher:
        return None
    same = [entry for entry in facts.entries if entry.voucher == grant.voucher and entry.scans]
    received = [entry for entry in same if any(line.account in facts.chart.grant_codes for line in entry.allocations)]
    return received[0] if len(received) == 1 else None


def _operation(given: Sequence[Document], entry: Entry) -> Requirement:
    title = f"Opération non pointée : {entry.label}, {format_euros(abs(entry.bank))}"
    hint = f"{_what(entry.bank)} du {french_date(entry.day)}, que la banque n’a pas encore montrée."
    if entry.voucher:
        title = title.replace(" : ", f" : PJ {entry.voucher}, ", 1)
    return _with(given, f"{OPERATION}:{entry.number}", title, hint, entry)


def _typed(given: Sequence[Document], facts: YearFacts) -> Iterator[Requirement]:
    """Ask once for the receipts of all outstanding operations of a CRF typed in directly: no entry has their scans."""
    if facts.direct is None or not facts.direct.operations:
        return
    lines = [f"{line.label}, {format_euros(abs(line.amount))}" for line in facts.direct.operations[:_NAMED]]
    more = len(facts.direct.operations) - _NAMED
    hint = " ; ".join(lines) + (f" ; et {more} de plus." if more > 0 else ".")
    yield _with(given, TYPED, name_of(TYPED), hint)


# How many operations a hint names.
_NAMED = 5


def _prior(given: Sequence[Document], prior: PriorOperation) -> Requirement:
    title = f"Opération de l’année passée : {prior.label}, {format_euros(abs(prior.amount))}"
    hint = (
        f"{_what(prior.amount)} du {french_date(prior.day)}, encore en attente à la banque."
        " Si votre association départementale l’a déjà reçue, notez-la envoyée."
    )
    return _with(given, f"{PRIOR}:{prior.number}", title, hint)


def _what(amount: int) -> str:
    return "La pièce de la recette" if amount > 0 else "La facture de la dépense"


@dataclass(frozen=True, slots=True)
class Other:
    """A document that is not asked for, or not any more; `why` tells what it was given for then."""

    document: Document
    why: str


def others(facts: YearFacts, documents: Iterable[Document]) -> tuple[Other, ...]:
    """Give the documents that nothing asks for: given besides, or for what has been ticked or taken out since."""
    asked = {need.code for need in requirements(facts, ())}
    return tuple(
        Other(document, _was(kind_of(document.requirement), facts.settings.waived))
        for document in documents
        if document.requirement not in asked
    )


def _was(kind: str, waived: Collection[str]) -> str:
    return _WAS[OWN] if kind in waived or (kind == TYPED and OPERATION in waived) else _WAS[kind]


_WAS = {
    OTHER: "",
    GRANT: "Donné pour une subvention qui n’est plus dans le tableau.",
    OPERATION: "Donné pour une opération qui a été pointée ou supprimée depuis.",
    TYPED: "Donné pour des opérations qui ne sont plus dans le compte rendu saisi directement.",
    PRIOR: "Donné pour une opération de l’année passée qui a été pointée ou retirée depuis.",
    OWN: "Donné pour un document que votre association ne demande pas, ou plus.",
}


def grant_proofs(facts: YearFacts, documents: Iterable[Document]) -> dict[int, Requirement]:
    """Give where the proof of each grant stands, by the number of its line in the table."""
    return {row_of(need.code): need for need in requirements(facts, documents) if need.kind == GRANT}


def done_and_missing(needs: Iterable[Requirement]) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """Part what is settled from what is still missing, each in its order."""
    needs = tuple(needs)
    return tuple(need for need in needs if need.settled), tuple(need for need in needs if not need.settled)
