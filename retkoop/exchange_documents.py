"""PURE. The key `documents` of the exchange archive: what was given or sent to the AD; files lie under `documents/`.

What a document was given for is told by its sort and, where it is about a row, by the row's place in its list
(`rang`, 0 for the first): numbers are not kept from an archive to the year that it makes. What an association asks for
besides is told by its number (`numero`), which is never another document's, here or elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from retkoop.exchange import ArchivedDocument, ArchivedScan
from retkoop.exchange_json import Node
from retkoop.facts import Document, YearFacts
from retkoop.file_names import FileNames
from retkoop.required_documents import GRANT, KINDS, OPERATION, OTHER, OWN, PRIOR, kind_of, row_of
from retkoop.school_year import SchoolYear

FOLDER = "documents"
# More than one year takes by the screen: an undo may bring a few back above that.
MOST = 500
# Years after its beginning: a year is sent to the AD in the month that follows it, or the next years when it is late.
_LATEST = 20


def read_documents(node: Node, year: SchoolYear, sizes: Mapping[str, int]) -> tuple[ArchivedDocument, ...]:
    """Read the key; `sizes` gives how many rows each sort may name."""
    return tuple(_document(item, year, sizes) for item in node.items(MOST))


def _document(node: Node, year: SchoolYear, sizes: Mapping[str, int]) -> ArchivedDocument:
    fields = node.fields("pour", "rang fichier envoye_le numero")
    code = _code(fields, sizes)
    if ("fichier" in fields) == ("envoye_le" in fields):
        raise node.fault("« fichier » ou « envoye_le » est attendu, l’un des deux")
    if code == OTHER and "envoye_le" in fields:
        raise fields["envoye_le"].fault("seul un document demandé peut être envoyé")
    if "fichier" in fields:
        return ArchivedDocument(code, _file(fields["fichier"]), None)
    day = fields["envoye_le"].day()
    if day < year.first_day:
        raise fields["envoye_le"].fault("ce document serait parti avant l’exercice")
    if day.year > year.start + _LATEST:
        raise fields["envoye_le"].fault("ce document serait parti bien après l’exercice")
    return ArchivedDocument(code, None, day)


def _code(fields: Mapping[str, Node], sizes: Mapping[str, int]) -> str:
    kind: str = fields["pour"].choice(KINDS)
    if kind == OWN:
        return f"{OWN}:{_number(fields)}"
    if "numero" in fields:
        raise fields["numero"].fault(f"« {kind} » n’a pas de numéro")
    if kind not in sizes:
        if "rang" in fields:
            raise fields["rang"].fault(f"« {kind} » ne désigne pas une ligne")
        return kind
    rank = fields["rang"].value if "rang" in fields else None
    if not isinstance(rank, int) or isinstance(rank, bool) or not 0 <= rank < sizes[kind]:
        raise fields["pour"].fault("« rang » désigne une ligne de l’exercice (0 pour la première)")
    return f"{kind}:{rank + 1}"


def _number(fields: Mapping[str, Node]) -> int:
    number = fields["numero"].value if "numero" in fields else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 1_000_000_000 or "rang" in fields:
        raise fields["pour"].fault("« numero » désigne un document demandé par l’association, et « rang » aucun")
    return number


def _file(node: Node) -> ArchivedScan:
    path = node.text(140, 1)
    steps = path.split("/")
    if steps[0] != FOLDER or len(steps) != 2 or "\\" in path or steps[1] in ("", ".", ".."):
        raise node.fault(f"chemin refusé : un document se trouve sous « {FOLDER}/ »")
    return ArchivedScan(path, node.path)


@dataclass(frozen=True, slots=True)
class WrittenDocuments:
    """What the archive tells of the documents, the digest of the file at each path, and the path of each, by number."""

    rows: list[dict[str, Any]]
    files: dict[str, str]
    paths: dict[int, str]


def written_documents(
    facts: YearFacts, documents: Iterable[Document], extensions: Mapping[str, str]
) -> WrittenDocuments:
    """Write the key; `extensions` gives the end of a file's name by its media type."""
    ranks, names, rows, files, paths = _ranks(facts), FileNames(), [], dict[str, str](), dict[int, str]()
    for document in documents:
        if _tells(document, ranks):
            row = _row(document, ranks, names, extensions)
            rows.append(row)
            if "fichier" in row:
                files[row["fichier"]] = document.digest
                paths[document.number] = row["fichier"]
    return WrittenDocuments(rows, files, paths)


def _is_lost(document: Document, ranks: Mapping[str, int]) -> bool:
    """Tell a document given for a row that is gone: the archive has no place to name."""
    its_own = kind_of(document.requirement) == OWN
    return bool(row_of(document.requirement)) and not its_own and document.requirement not in ranks


def _tells(document: Document, ranks: Mapping[str, int]) -> bool:
    """Tell a document that means something there: a letter about a row that is gone does not."""
    return document.posted_on is None or not _is_lost(document, ranks)


def _ranks(facts: YearFacts) -> dict[str, int]:
    """Give the place in its list of each row that a document may be about, by the document's code."""
    entries = sorted(facts.entries, key=lambda entry: entry.number)
    lists: dict[str, Iterable[Any]] = {GRANT: facts.grants, OPERATION: entries, PRIOR: facts.priors}
    return {f"{kind}:{row.number}": rank for kind, rows in lists.items() for rank, row in enumerate(rows)}


def _row(
    document: Document, ranks: Mapping[str, int], names: FileNames, extensions: Mapping[str, str]
) -> dict[str, Any]:
    code = document.requirement
    row: dict[str, Any] = {"pour": OTHER if _is_lost(document, ranks) else kind_of(code)}
    if code in ranks:
        row["rang"] = ranks[code]
    elif kind_of(code) == OWN:
        row["numero"] = row_of(code)
    if document.posted_on is not None:
        return {**row, "envoye_le": str(document.posted_on)}
    path = names.path(FOLDER, document.name, extensions[document.media_type], document.digest)
    return {**row, "fichier": path}
