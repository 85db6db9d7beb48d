"""Statements written as banks write them, in a dialect drawn by chance: what is read back must be what was written."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from xml.sax.saxutils import escape

import xlsxwriter

from retkoop.statements import Balance, BankLine, Statement

_WORDS = (
    "CARTE 12/10 Librairie le Passage", "CHEQUE 1234567", "VIR SEPA RECU M OU MME DURAND", "Remise de chèques n° 45",
    "PRLV TOTAL ENERGIES", "TOTALENERGIES STATION", "SOLDE DE TOUT COMPTE M BENALI", "FRAIS DE TENUE DE COMPTE",
    "VERSEMENT ESPECES", "Achat ; virgule, point", 'CB "LE PETIT JARDIN"', "VIR INTERETS 2024", "Débit différé OCT",
    "RETRAIT DAB 31/10", "VIR REPORT SORTIE 12,50 EUR", "Œuvres & cie", "ANNULATION FRAIS", "CREDIT MUTUEL VIR",
    "DATE LIMITE CINEMA", "COMPTE JOINT DUPONT", "TOTAL ACCESS 75012", "SOLDES D'HIVER JEUX", "REMBOURSEMENT N°12",
)  # fmt: skip
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16")
_DAYS = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
_THOUSANDS = ("", " ", "\u00a0", "\u202f", ".")
_HEADS = {
    "day": ("Date", "Date opération", "Date de l'opération", "DATE OPER.", "Date comptable", "Dateop"),
    "value": ("Date valeur", "Date de valeur", "Valeur"),
    "label": ("Libellé", "Libelle operation", "Nature de l'opération", "Intitulé", "Désignation", "Opération"),
    "amount": ("Montant", "Montant(EUROS)", "Montant en EUR", "Montant de l'opération", "amount"),
    "debit": ("Débit", "Débit euros", "DEBIT", "Montant débit", "Dépenses"),
    "credit": ("Crédit", "Crédit euros", "CREDIT", "Montant crédit", "Recettes"),
    "side": ("Sens", "Débit/Crédit", "D/C"),
    "balance": ("Solde", "Solde en euros"),
    "reference": ("Référence", "Ref.", "N° opération"),
    "none": ("Catégorie", "Pointage", "Devise"),
}


def a_statement(random: Random, most: int = 40) -> Statement:
    """Draw a statement: oldest first, what happened on one day in the bank's order."""
    opening = random.randint(-50_000, 900_000)
    day = date(2024, 9, 1) + timedelta(random.randint(0, 300))
    lines = []
    for number in range(random.randint(1, most)):
        day += timedelta(random.choice((0, 0, 1, 3, 9)))
        amount = random.choice((-1, -1, 1)) * random.choice(
            (random.randint(1, 99_999), 2_500, random.randint(10**5, 10**7))
        )
        label = f"{random.choice(_WORDS)} {number}" if random.random() < 0.8 else random.choice(_WORDS)
        lines.append(BankLine(day, label, amount))
    return with_balances(Statement(tuple(lines)), opening)


def with_balances(statement: Statement, opening: int) -> Statement:
    """Give the balances around the lines."""
    last = statement.lines[-1].day
    closing = opening + sum(line.amount for line in statement.lines)
    return replace(statement, opening=Balance(opening, statement.lines[0].day), closing=Balance(closing, last))


def as_written(statement: Statement, encoding: str) -> Statement:
    """Give the statement with what a set of characters can write of it."""
    return replace(
        statement,
        lines=tuple(
            replace(line, label=line.label.encode(encoding, "replace").decode(encoding)) for line in statement.lines
        ),
    )


@dataclass(frozen=True)
class Dialect:
    """How one bank writes a table."""

    separator: str
    encoding: str
    day: str
    comma: bool
    thousands: str
    unit: str
    plus: bool
    shape: str
    newest_first: bool
    preamble: int
    footer: int
    columns: tuple[str, ...]
    zeros: bool
    quoted: bool
    newline: str
    heads: int
    trailing: bool
    wrapped: bool
    titled: bool

    @staticmethod
    def drawn(random: Random) -> Dialect:
        """Draw one; what no bank could write and nobody could read is left out."""
        comma = random.random() < 0.8
        separator = random.choice(";;\t,")
        encoding = random.choice(_ENCODINGS)
        thousands = random.choice(_THOUSANDS) if comma else random.choice(("", " ", ","))
        if encoding in ("cp1252", "latin-1") and thousands == "\u202f":
            thousands = "\u00a0"
        unit = random.choice(("", "", "", " €", " EUR"))
        if encoding == "latin-1" and "€" in unit:
            encoding = "cp1252"
        extra = [name for name in ("value", "reference", "balance", "none") if random.random() < 0.35]
        random.shuffle(extra)
        return Dialect(
            separator, encoding, random.choice(_DAYS), comma, thousands, unit,
            random.random() < 0.2, random.choice(("signed", "signed", "sides", "negative debit", "letter")),
            random.random() < 0.5, random.choice((0, 0, 1, 2, 3)), random.choice((0, 0, 1, 2)), tuple(extra),
            random.random() < 0.2, random.random() < 0.3, random.choice(("\n", "\r\n")), random.randrange(6),
            random.random() < 0.2, random.random() < 0.15, random.random() < 0.9,
        )  # fmt: skip

    @property
    def is_plain(self) -> bool:
        """Tell that a table without titles could be read: a day, words, an amount."""
        return self.shape == "signed" and not self.columns and self.footer != 1

    def tells_order(self, statement: Statement) -> bool:
        """Tell whether anything shows which of the operations of one single day came first."""
        days = {line.day for line in statement.lines}
        return len(days) > 1 or not self.newest_first or "balance" in self.columns

    def money(self, cents: int) -> str:
        """Write an amount."""
        whole, rest = divmod(abs(cents), 100)
        text = f"{whole:,}".replace(",", self.thousands) + ("," if self.comma else ".") + f"{rest:02d}"
        return ("-" if cents < 0 else "+" if self.plus and cents else "") + text + self.unit

    def head(self, name: str) -> str:
        """Name a column as this bank does."""
        return _HEADS[name][self.heads % len(_HEADS[name])]


def table(statement: Statement, dialect: Dialect) -> list[list[str]]:
    """Write a statement as rows."""
    moneys = {"signed": ["amount"], "letter": ["amount", "side"]}.get(dialect.shape, ["debit", "credit"])
    columns = ["day", *[name for name in dialect.columns if name in ("value", "reference")], "label", *moneys,
               *[name for name in dialect.columns if name in ("balance", "none")]]  # fmt: skip
    running = statement.opening.amount if statement.opening else 0
    rows: list[list[list[str]]] = []
    for number, line in enumerate(statement.lines):
        running += line.amount
        cells = _cells(line, dialect, running, number)
        label, _, more = line.label.rpartition(" ") if dialect.wrapped else (line.label, "", "")
        its = [[(label or more) if name == "label" else cells[name] for name in columns]]
        if label and more:
            # Banks put what is too long for a label on a row of its own.
            its.append([more if name == "label" else "" for name in columns])
        rows.append(its)
    flat = [row for its in (rows[::-1] if dialect.newest_first else rows) for row in its]
    head = [[dialect.head(name) for name in columns]] if dialect.titled or not dialect.is_plain else []
    return [*_above(statement, dialect), *head, *flat, *_below(statement, dialect, columns)]


def _cells(line: BankLine, dialect: Dialect, running: int, number: int) -> dict[str, str]:
    debit, credit = max(-line.amount, 0), max(line.amount, 0)
    if dialect.shape == "negative debit":
        debit = -debit
    none = dialect.money(0) if dialect.zeros else ""
    return {
        "day": line.day.strftime(dialect.day), "value": (line.day + timedelta(1)).strftime(dialect.day),
        "label": line.label, "reference": f"OP{number:05d}", "balance": dialect.money(running),
        "none": "EUR" if dialect.heads % 3 == 2 else "",
        "amount": dialect.money(abs(line.amount) if dialect.shape == "letter" else line.amount),
        "side": "D" if line.amount < 0 else "C",
        "debit": dialect.money(debit) if debit else none, "credit": dialect.money(credit) if credit else none,
    }  # fmt: skip


def _above(statement: Statement, dialect: Dialect) -> list[list[str]]:
    first, last = statement.lines[0].day, statement.lines[-1].day
    assert statement.closing
    closing, told = dialect.money(statement.closing.amount), last.strftime(dialect.day)
    return [
        ["Compte", "00012345678", f"Solde au {told}", closing],
        [f"Liste des opérations du {first.strftime(dialect.day)} au {told}"],
        ["Titulaire : COOPERATIVE SCOLAIRE"],
    ][: dialect.preamble]


def _below(statement: Statement, dialect: Dialect, columns: list[str]) -> list[list[str]]:
    assert statement.closing
    closing, told = dialect.money(statement.closing.amount), statement.closing.day.strftime(dialect.day)  # type: ignore[union-attr]
    if dialect.footer == 1:
        row = ["" for _ in columns]
        row[columns.index("label")] = f"Solde au {told}"
        row[columns.index("label") + 1] = closing
        return [row]
    return [[""], [f"Nouveau solde au {told} : {closing}"]][: 2 if dialect.footer else 0]


def written_csv(statement: Statement, dialect: Dialect) -> bytes:
    """Write a CSV."""
    kept = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if dialect.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(kept, delimiter=dialect.separator, lineterminator=dialect.newline, quoting=quoting)
    for row in table(statement, dialect):
        writer.writerow([*row, ""] if dialect.trailing else row)
    return kept.getvalue().encode(dialect.encoding, "replace")


def written_xlsx(statement: Statement, dialect: Dialect, typed: bool) -> bytes:
    """Write a workbook; `typed`: days and amounts as such, else as texts."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    days = {line.day.strftime(dialect.day): line.day for line in statement.lines}
    style = book.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate(table(statement, dialect)):
        for column, text in enumerate(row):
            money = text.removesuffix(dialect.unit) if dialect.unit else text
            bare = "".join(mark for mark in money.replace("," if dialect.comma else ".", "#") if mark in "-0123456789#")
            if typed and text in days:
                sheet.write_datetime(at, column, days[text], style)  # type: ignore[arg-type]
            elif typed and bare.count("#") == 1 and not any(map(str.isalpha, money)):
                sheet.write_number(at, column, float(bare.replace("#", ".")))
            else:
                sheet.write_string(at, column, text)
    book.close()
    return kept.getvalue()


def written_ofx(statement: Statement, random: Random) -> bytes:
    """Write OFX 1 or 2."""
    modern = random.random() < 0.5

    def tag(name: str, value: str) -> str:
        return f"<{name}>{escape(value)}" + (f"</{name}>" if modern or random.random() < 0.2 else "") + "\n"

    comma = random.random() < 0.3
    operations = ""
    for number, line in enumerate(statement.lines):
        amount = f"{line.amount / 100:+.2f}" if random.random() < 0.2 else f"{line.amount / 100:.2f}"
        day = f"{line.day:%Y%m%d}" + random.choice(("", "120000", "120000.000[+1:CET]"))
        name, memo = (line.label[:32], line.label) if random.random() < 0.3 else (line.label, "")
        operations += "<STMTTRN>\n" + tag("TRNTYPE", "OTHER") + tag("DTPOSTED", day)
        operations += tag("TRNAMT", amount.replace(".", ",") if comma else amount) + tag("FITID", f"X{number}")
        operations += tag("NAME", name) + (tag("MEMO", memo) if memo else "") + "</STMTTRN>\n"
    assert statement.closing
    closing, last = statement.closing.amount, statement.lines[-1].day
    balance = f"<LEDGERBAL>\n{tag('BALAMT', f'{closing / 100:.2f}')}{tag('DTASOF', f'{last:%Y%m%d}')}</LEDGERBAL>\n"
    account = f"<BANKACCTFROM>\n{tag('ACCTID', '0001')}</BANKACCTFROM>\n"
    listed = f"<BANKTRANLIST>\n{operations}</BANKTRANLIST>\n"
    inside = f"<STMTRS>\n{tag('CURDEF', 'EUR')}{account}{listed}{balance}</STMTRS>"
    body = f"<OFX>\n<BANKMSGSRSV1><STMTTRNRS>\n{inside}\n</STMTTRNRS></BANKMSGSRSV1>\n</OFX>\n"
    if modern:
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="220"?>\n'
        return (head + body).encode("utf-8")
    # What the head says of its characters is wrong as often as not.
    head = f"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:{random.choice(('USASCII', 'UTF-8'))}\nCHARSET:1252\n\n"
    return (
        (head + body).replace("\n", random.choice(("\n", "\r\n"))).encode(random.choice(("cp1252", "utf-8")), "replace")
    )


def written_cfonb(statement: Statement, random: Random) -> bytes:
    """Write CFONB 120; labels go on in a 05 record."""
    assert statement.opening
    assert statement.closing

    def money(cents: int) -> str:
        digits = f"{abs(cents):014d}"
        return digits[:-1] + ("}JKLMNOPQR" if cents < 0 else "{ABCDEFGHI")[int(digits[-1])]

    def record(code: str, day: date, cents: int, label: str = "", middle: str = "") -> str:
        start = f"{code}30004    00123EUR2 00012345678"
        return (
            (f"{start:<32}{middle:<2}{day:%d%m%y}  {day:%d%m%y}".ljust(48) + f"{label[:31]:<31}").ljust(90)
            + money(cents)
            + " " * 16
        )

    rows = [record("01", statement.opening.day or date.min, statement.opening.amount)]
    for line in statement.lines:
        rows.append(record("04", line.day, line.amount, line.label, "05"))
        if len(line.label) > 31:
            rows.append(f"{'05' + rows[-1][2:45]}LIB{line.label[:70]:<70}".ljust(120))
    rows.append(record("07", statement.closing.day or date.min, statement.closing.amount))
    return random.choice(("\n", "\r\n")).join(rows).encode("cp1252", "replace")


def written_qif(statement: Statement, random: Random) -> bytes:
    """Write QIF."""
    day = random.choice(("%d/%m/%Y", "%d/%m/%y", "%d/%m'%y"))
    comma = random.random() < 0.5
    text = "!Type:Bank\n"
    for line in statement.lines:
        amount = f"{line.amount / 100:.2f}" if comma else f"{line.amount / 100:,.2f}"
        text += f"D{line.day.strftime(day)}\nT{amount.replace('.', ',') if comma else amount}\nP{line.label}\n^\n"
    return text.replace("\n", random.choice(("\n", "\r\n"))).encode(random.choice(("utf-8", "cp1252")), "replace")


def written_camt(statement: Statement, random: Random) -> bytes:
    """Write CAMT.053 in one of its versions."""
    assert statement.opening
    assert statement.closing
    version = random.choice(("02", "04", "08", "10"))

    def amount(cents: int) -> str:
        side = "CRDT" if cents >= 0 else "DBIT"
        return f'<Amt Ccy="EUR">{abs(cents) / 100:.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'

    def balance(code: str, told: Balance) -> str:
        kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        return f"<Bal>{kind}{amount(told.amount)}<Dt><Dt>{told.day}</Dt></Dt></Bal>"

    state = "<Sts>BOOK</Sts>" if version in ("02", "04") else "<Sts><Cd>BOOK</Cd></Sts>"
    entries = "".join(
        f"<Ntry>{amount(line.amount)}{state}<BookgDt><Dt>{line.day}</Dt></BookgDt>"
        f"<NtryDtls><TxDtls><RmtInf><Ustrd>{escape(line.label)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        for line in statement.lines
    )
    prefix = random.choice(("", "ns:"))
    account = "<Acct><Id><IBAN>FR7600012345678</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    balances = balance("OPBD", statement.opening) + balance("CLBD", statement.closing)
    body = f"<Document><BkToCstmrStmt><Stmt>{account}{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
    if prefix:
        body = body.replace("</", "\0").replace("<", "<ns:").replace("\0", "</ns:")
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    body = body.replace("Document>", f'Document xmlns{":ns" if prefix else ""}="{space}">', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()
