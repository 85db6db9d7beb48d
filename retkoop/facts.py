"""What the rules and the reports read: one year of one cooperative, frozen. Amounts are signed cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from retkoop.chart import Chart
from retkoop.school_year import SchoolYear


@dataclass(frozen=True, slots=True)
class Allocation:
    """An amount given to one account: positive adds to the account, negative is a refund."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One stored document of an entry; `pages` is 0 when nobody has counted them."""

    number: int
    media_type: str
    name: str
    digest: str = ""
    thumb_digest: str = ""
    turn: int = 0
    told: str = ""
    version: int = 1
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the year for the AD: a stored file, or, with `posted_on`, what was sent by post or mail that day.

    `requirement` is the code of what it was given for (`quitus`, `subvention:3`); `after_move`: how many moves the year
    had made when it was given, None when nobody noted it.
    """

    number: int
    requirement: str
    posted_on: date | None = None
    media_type: str = ""
    name: str = ""
    digest: str = ""
    thumb_digest: str = ""
    pages: int = 0
    version: int = 1
    after_move: int | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """The label that gathers the entries of one activity; a closed one is not offered any more."""

    number: int
    name: str
    closed: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class DepositSlip:
    """A paying-in slip (bordereau de remise): several receipts that the statement shows as one line."""

    number: int
    day: date
    label: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the cahier; `bank`, `cash` and `advance_amount` are signed, money in is positive.

    `slip` is the number of the paying-in slip that it went to the bank with.
    """

    number: int
    voucher: str
    day: date
    label: str
    cheque: str
    project: str | None
    bank: int
    cash: int
    advance: str | None
    advance_amount: int
    ticked_on: date | None
    allocations: tuple[Allocation, ...] = ()
    scans: tuple[Scan, ...] = ()
    version: int = 1
    slip: int | None = None

    @property
    def moved(self) -> int:
        """Give the left member of the line identity: bank + cash + régie."""
        return self.bank + self.cash + self.advance_amount

    @property
    def is_transfer(self) -> bool:
        """Tell an internal transfer: cash box to bank or back, nothing else."""
        return self.bank != 0 and self.bank == -self.cash and self.advance is None and not self.allocations

    @property
    def is_outstanding(self) -> bool:
        """Tell an operation that the bank has not shown yet."""
        return self.bank != 0 and self.ticked_on is None


@dataclass(frozen=True, slots=True)
class PriorOperation:
    """An operation of last year still outstanding at the opening, already in the opening balance."""

    number: int
    day: date
    label: str
    cheque: str
    amount: int
    ticked_on: date | None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Opening:
    """The balances brought forward."""

    bank: int
    cash: int
    carried: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The last bank statement typed in."""

    day: date
    balance: int


@dataclass(frozen=True, slots=True)
class CashCount:
    """Coins and notes counted on a day: (denomination in cents, number of pieces)."""

    number: int
    day: date
    pieces: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """Give what was counted, in cents."""
        return sum(denomination * count for denomination, count in self.pieces)


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the table of grants."""

    number: int
    organisation: str
    kind: str
    purpose: str
    day: date
    amount: int
    voucher: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """One durable good of the cahier d'inventaire."""

    number: int
    designation: str
    supplier: str
    bought_on: date
    value: int
    voucher: str
    place: str
    disposed_on: date | None = None
    disposal_reason: str = ""
    disposal_value: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Advance:
    """A class advance (régie d'avance): who holds it."""

    number: int
    code: str
    holder: str


@dataclass(frozen=True, slots=True)
class DirectOperation:
    """An operation of the year still outstanding, typed into the CRF; `amount` is signed, money in is positive."""

    number: int
    day: date
    label: str
    cheque: str
    amount: int


@dataclass(frozen=True, slots=True)
class DirectReport:
    """The figures of a CRF typed in directly, by a coop that keeps its book elsewhere: they stand for its entries."""

    bank: int = 0
    cash: int = 0
    accounts: tuple[Allocation, ...] = ()
    operations: tuple[DirectOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """A document that an association départementale asks for besides; its number never becomes another one's."""

    number: int
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the association départementale decides for its cooperatives in one year.

    `verifiers` and then `signers` sign the quitus; `waived` names the sorts of documents that it does not ask for.
    """

    unticked_limit: int = 10
    closing_delay_days: int = 0
    presentation: str = "comptable"
    advance_ceiling: int = 15_000
    verifiers: int = 2
    signers: tuple[str, ...] = ()
    waived: frozenset[str] = frozenset()
    own_documents: tuple[OwnDocument, ...] = ()


@dataclass(frozen=True)
class YearFacts:
    """All of one year of one cooperative, in the order of the cahier (day, then typing)."""

    year: SchoolYear
    bank_account: str
    chart: Chart
    opening: Opening
    entries: tuple[Entry, ...] = ()
    priors: tuple[PriorOperation, ...] = ()
    advances: tuple[Advance, ...] = ()
    statement: Statement | None = None
    counts: tuple[CashCount, ...] = ()
    grants: tuple[Grant, ...] = ()
    inventory: tuple[InventoryItem, ...] = ()
    settings: Settings = Settings()
    projects: tuple[Project, ...] = ()
    slips: tuple[DepositSlip, ...] = ()
    inbox: tuple[Scan, ...] = ()
    # Those of entries that were struck out, which may be brought back.
    struck_scans: tuple[Scan, ...] = ()
    # Only in the mode « direct », in which there are no entries.
    direct: DirectReport | None = None

    @property
    def last_count(self) -> CashCount | None:
        """Give the count that closes the year: the last by date."""
        return max(self.counts, key=lambda count: (count.day, count.number), default=None)

    @cached_property
    def slip_days(self) -> dict[int, date]:
        """Give the day of each paying-in slip, by its number."""
        return {slip.number: slip.day for slip in self.slips}

    @cached_property
    def by_number(self) -> dict[int, Entry]:
        """Give the entries by their number."""
        return {entry.number: entry for entry in self.entries}
