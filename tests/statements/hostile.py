"""Files that ask for all the memory or all the time; as a program with little of both, it prints what each was told."""

from __future__ import annotations

import io
import json
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from retkoop.statements import UnreadableStatement, read_statement

MEMORY = 450_000_000
_HEAD = b"Date;Libelle;Montant\n"
_CAMT = b"<?xml version='1.0'?><Document><BkToCstmrStmt>"
_CAMT_END = b"</Stmt></BkToCstmrStmt></Document>"
_ENTITIES = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
_ENTRY = b"<Ntry><Amt>1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2024-09-01</Dt></BookgDt></Ntry>"


def zipped(members: dict[str, bytes]) -> bytes:
    """Pack files."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return kept.getvalue()


def workbook(rows: int, far: tuple[int, int] | None = None) -> bytes:
    """Write a workbook of so many rows, and one cell far away."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    for row in range(rows):
        sheet.write_row(row, 0, ["01/09/2024", "CB", "-1,00"])
    if far:
        sheet.write(*far, "x")
    book.close()
    return kept.getvalue()


def moved_sheet(name: str) -> bytes:
    """Give a workbook with a cell far away, its sheet under another name than Excel's."""
    with zipfile.ZipFile(io.BytesIO(workbook(1, (1_048_575, 16_383)))) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
    members[f"xl/{name}"] = members.pop("xl/worksheets/sheet1.xml")
    links = "xl/_rels/workbook.xml.rels"
    for told in (links, "[Content_Types].xml"):
        members[told] = members[told].replace(b"worksheets/sheet1.xml", name.encode())
    return zipped(members)


def repeated_cells() -> bytes:
    """Write an OpenDocument of which one cell is said to stand for a thousand million."""
    cell = b"<table:table-cell office:value-type='string' table:number-columns-repeated='16384'><text:p>1</text:p>"
    row = b"<table:table-row table:number-rows-repeated='1048576'>" + cell + b"</table:table-cell></table:table-row>"
    urn = b"urn:oasis:names:tc:opendocument:xmlns"
    names = b" ".join(b"xmlns:%s='%s:%s:1.0'" % (name, urn, name) for name in (b"office", b"table", b"text"))
    table = b"<table:table table:name='a'>" + row + b"</table:table>"
    body = b"<office:body><office:spreadsheet>" + table + b"</office:spreadsheet></office:body>"
    content = b"<?xml version='1.0'?><office:document-content " + names + b">" + body + b"</office:document-content>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


FILES: dict[str, Callable[[], bytes]] = {
    "CSV, 200,000 lines": lambda: _HEAD + b"01/09/2024;CB;-1,00\n" * 200_000,
    "CSV, 400,000 lines of an old Mac": lambda: (_HEAD + b"01/09/2024;CB;-1,00\n" * 400_000).replace(b"\n", b"\r"),
    "CSV, nine million columns": lambda: _HEAD + b";" * 9_000_000,
    "CSV, one cell": lambda: _HEAD + b"01/09/2024;" + b"a" * 9_000_000 + b";-1,00\n",
    "CSV, quotes": lambda: _HEAD + b'"' * 9_000_000,
    "CSV, digits": lambda: b"Solde " + b"1 234 567 " * 900_000,
    "CSV, 200,000 lines in UTF-16": lambda: (_HEAD + b"01/09/2024;CB;-1,00\n" * 200_000).decode().encode("utf-16"),
    "OFX, 160,000 operations": lambda: b"OFXHEADER:100\n<OFX><STMTRS>"
    + b"<STMTTRN><DTPOSTED>20240901<TRNAMT>-1.00<NAME>A</STMTTRN>" * 160_000 + b"</STMTRS></OFX>",
    "OFX, tags": lambda: b"<OFX>" + b"<A>" * 3_000_000 + b"</OFX>",
    "OFX, signs": lambda: b"<OFX>" + b"<" * 9_000_000,
    "OFX, a tag without end": lambda: b"<OFX><A" + b"a" * 9_000_000,
    "OFX, tags without end": lambda: b"<OFX>" + b"<A " * 3_000_000,
    "QIF, 200,000 operations": lambda: b"!Type:Bank\n" + b"D01/09/2024\nT-1,00\nPCB\n^\n" * 200_000,
    "QIF, one operation": lambda: b"!Type:Bank\n" + b"PCB\n" * 2_000_000,
    "CAMT, 100,000 operations": lambda: _CAMT + b"<Stmt>" + _ENTRY * 100_000,
    "CAMT, 700,000 statements": lambda: _CAMT + b"<Stmt></Stmt>" * 700_000 + b"</BkToCstmrStmt></Document>",
    "CAMT, one operation": lambda: _CAMT + b"<Stmt><Ntry>" + b"<a>1</a>" * 1_000_000 + b"</Ntry>" + _CAMT_END,
    "XML, entities": lambda: b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + _ENTITIES + b"]><Document>&a11;</Document>",
    "zip of 300 MB": lambda: zipped({"releve.csv": b"\0" * 300_000_000}),
    "XLSX, 20,000 lines": lambda: workbook(20_000),
    "XLSX, a cell far away": lambda: workbook(3, (1_048_575, 16_383)),
    "XLSX, a cell far away under another name": lambda: moved_sheet("feuille.xml"),
    "ODS, one cell for all": repeated_cells,
}  # fmt: skip


def main() -> None:
    """Read them all with little memory; print for each the refusal and the seconds of the processor."""
    made = {name: make() for name, make in FILES.items()}
    status = Path("/proc/self/status").read_text("utf-8")
    held = int(status.partition("VmSize:")[2].split()[0]) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, held + MEMORY))
    for name, data in made.items():
        began = time.process_time()
        try:
            told = f"{len(read_statement(data).lines)} lines"
        except UnreadableStatement as refusal:
            told = str(refusal)
        print(json.dumps([name, told, round(time.process_time() - began, 2)], ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
