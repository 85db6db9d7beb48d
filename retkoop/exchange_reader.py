"""PURE. Read the exchange file, strictly: every refusal names the place (`ecritures[12].pj`) and the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from retkoop.chart import Chart
from retkoop.direct import MODES
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH, PROJECT_LENGTH, EntryDraft, draft_faults, out_of_year
from retkoop.exchange import (
    DENOMINATIONS,
    FORMAT,
    GRANT_KINDS,
    VERSION,
    ArchivedCoop,
    ArchivedEntry,
    ArchivedReport,
    ArchivedScan,
    ArchivedSlip,
    ArchivedYear,
)  # fmt: skip
from retkoop.exchange_direct import read_direct
from retkoop.exchange_documents import read_documents
from retkoop.exchange_json import ArchiveFault, Node, parse
from retkoop.exchange_quitus import ArchivedQuitus, read_quitus
from retkoop.facts import Allocation, CashCount, Grant, InventoryItem, Opening, PriorOperation, Statement
from retkoop.money import AmountError, from_archive
from retkoop.questionnaire import LARGEST, LONGEST_ANSWER
from retkoop.required_documents import GRANT, OPERATION, PRIOR
from retkoop.school_year import SchoolYear

IDENTIFIER = re.compile(r"([0-9]{2}[0-9AB]-[0-9]{4})|([0-9]{7}[A-Z])")
# Where a draft's field stands in the file.
_PLACES = {
    "day": "date", "label": "libelle", "voucher": "pj", "cheque": "cheque", "amount": "banque",
    "advance": "regie", "project": "action",
}  # fmt: skip


def read_exchange(raw: bytes, chart_for: Any) -> ArchivedYear:
    """Read an `exercice.json`; `chart_for(start_year)` gives the chart of accounts. Raises ArchiveFault."""
    root = Node(parse(raw))
    if not isinstance(root.value, dict):
        raise ArchiveFault("", "exercice.json ne contient pas un exercice Retkoop")
    root.member("format").choice([FORMAT])
    root.member("version").choice([VERSION])
    top = root.fields(
        "format version cooperative exercice ouverture actions regies ecritures releve arrete_caisse "
        "subventions inventaire",
        "saisie_directe bordereaux actions_closes cra documents quitus",
    )
    year, mode = _year(top["exercice"])
    archived = _archived(top, year, chart_for(year.start))
    return replace(archived, direct=read_direct(root, mode, year, chart_for(year.start)))


def _archived(top: dict[str, Node], year: SchoolYear, chart: Chart) -> ArchivedYear:
    opening = top["ouverture"].fields("banque caisse operations_en_cours", "report_a_nouveau")
    projects = _names(top["actions"])
    advances = _advances(top["regies"])
    known = ({code for code, _ in advances}, set(projects))
    entries = tuple(_entry(node, year, chart, known) for node in top["ecritures"].items())
    return ArchivedYear(
        coop=_coop(top["cooperative"]),
        year=year,
        opening=_opening(opening),
        priors=tuple(_prior(node, n, year) for n, node in enumerate(opening["operations_en_cours"].items(), 1)),
        projects=projects,
        closed_projects=_closed(top["actions_closes"], projects) if "actions_closes" in top else (),
        advances=advances,
        entries=entries,
        statement=_statement(top["releve"], year),
        count=_count(top["arrete_caisse"], year),
        grants=tuple(_grant(node, n, year) for n, node in enumerate(top["subventions"].items(), 1)),
        inventory=tuple(_item(node, n, year) for n, node in enumerate(top["inventaire"].items(), 1)),
        slips=_slips(top["bordereaux"], year, entries) if "bordereaux" in top else (),
        report=_report(top["cra"]) if "cra" in top else ArchivedReport({}, False),
        documents=read_documents(top["documents"], year, _sizes(top, opening)) if "documents" in top else (),
        quitus=read_quitus(top["quitus"], len(entries)) if "quitus" in top else ArchivedQuitus(),
    )


def _sizes(top: dict[str, Node], opening: dict[str, Node]) -> dict[str, int]:
    """Give how many rows there are of each sort that a document may be about."""
    lists = {GRANT: top["subventions"], OPERATION: top["ecritures"], PRIOR: opening["operations_en_cours"]}
    return {kind: len(node.value) for kind, node in lists.items()}


def _coop(node: Node) -> ArchivedCoop:
    fields = node.fields("identifiant uai nom association compte_bancaire")
    identifier = fields["identifiant"].text(12, 1)
    if IDENTIFIER.fullmatch(identifier) is None:
        raise fields["identifiant"].fault("identifiant mal écrit, attendu par exemple « 075-1234 » ou « 0311111Z »")
    department = fields["association"].text(3, 2)
    if re.fullmatch(r"[0-9]{2}[0-9AB]", department) is None:
        raise fields["association"].fault("code de département attendu sur trois caractères, par exemple « 075 »")
    if "-" in identifier and not identifier.startswith(department):
        raise fields["association"].fault(f"ne correspond pas à l’identifiant {identifier}")
    account = fields["compte_bancaire"].choice(["512", "514"])
    return ArchivedCoop(identifier, fields["uai"].text(8), fields["nom"].text(200, 1), department, account)


def _year(node: Node) -> tuple[SchoolYear, str]:
    fields = node.fields("debut fin mode")
    mode = fields["mode"].choice(MODES)
    first = fields["debut"].day()
    year = SchoolYear(first.year)
    if not 1990 <= year.start <= 2200 or first != year.first_day:
        raise fields["debut"].fault("un exercice commence un 1er septembre")
    if fields["fin"].day() != year.last_day:
        raise fields["fin"].fault(f"cet exercice finit le {year.last_day.isoformat()}")
    return year, mode


def _opening(fields: dict[str, Node]) -> Opening:
    bank, cash = fields["banque"].amount(), fields["caisse"].amount()
    carried = fields["report_a_nouveau"].amount() if "report_a_nouveau" in fields else bank + cash
    return Opening(bank, cash, carried)


def _prior(node: Node, number: int, year: SchoolYear) -> PriorOperation:
    fields = node.fields("date libelle cheque montant pointage")
    day = fields["date"].day()
    if day >= year.first_day:
        raise fields["date"].fault("une opération de l’année passée est datée d’avant l’exercice")
    return PriorOperation(
        number, day, fields["libelle"].text(200, 1), fields["cheque"].text(NUMBER_LENGTH),
        _nonzero(fields["montant"]), fields["pointage"].day_or_none(),
    )  # fmt: skip


def _nonzero(node: Node) -> int:
    amount = node.amount()
    if amount == 0:
        raise node.fault("le montant ne peut pas être nul")
    return amount


def _names(node: Node) -> tuple[str, ...]:
    names: list[str] = []
    for item in node.items(500):
        name = item.text(PROJECT_LENGTH, 1)
        if name in names:
            raise item.fault("ce projet est donné deux fois")
        names.append(name)
    return tuple(names)


def _closed(node: Node, projects: Sequence[str]) -> tuple[str, ...]:
    """Read which of the projects are closed."""
    for item in node.items(500):
        if item.value not in projects:
            raise item.fault("ce projet n’est pas dans « actions »")
    return _names(node)


def _advances(node: Node) -> tuple[tuple[str, str], ...]:
    advances: dict[str, str] = {}
    for item in node.items(500):
        fields = item.fields("code titulaire")
        code = fields["code"].text(40, 1)
        if code in advances:
            raise fields["code"].fault("cette régie est donnée deux fois")
        advances[code] = fields["titulaire"].text(120)
    return tuple(advances.items())


def _entry(node: Node, year: SchoolYear, chart: Chart, known: tuple[set[str], set[str]]) -> ArchivedEntry:
    fields = node.fields(
        "date libelle cheque action banque caisse regie ventilation pointage piece pj", "autres_pieces"
    )
    draft = _draft(fields)
    for fault in draft_faults(draft, year, chart, *known):
        raise ArchiveFault(f"{node.path}.{_place(fault.field)}", fault.message)
    ticked = fields["pointage"].day_or_none()
    if ticked is not None and draft.bank == 0:
        raise fields["pointage"].fault("cette écriture ne touche pas la banque")
    return ArchivedEntry(draft, ticked, _scan_paths(fields))


def _place(field: str) -> str:
    if field.startswith("allocations"):
        return field.replace("allocations", "ventilation").replace("account", "compte").replace("amount", "montant")
    return _PLACES[field]


def _draft(fields: dict[str, Node]) -> EntryDraft:
    advance, moved = _advance_of(fields["regie"])
    action = fields["action"]
    return EntryDraft(
        day=fields["date"].day(),
        label=fields["libelle"].text(10_000),
        bank=fields["banque"].amount(),
        cash=fields["caisse"].amount(),
        advance=advance,
        advance_amount=moved,
        allocations=tuple(_allocation(item) for item in fields["ventilation"].items(200)),
        voucher=fields["pj"].text(NUMBER_LENGTH),
        cheque=fields["cheque"].text(NUMBER_LENGTH),
        project=None if action.value is None else action.text(PROJECT_LENGTH, 1),
    )


def _advance_of(node: Node) -> tuple[str | None, int]:
    if node.value is None:
        return None, 0
    fields = node.fields("code montant")
    return fields["code"].text(40, 1), _nonzero(fields["montant"])


def _allocation(node: Node) -> Allocation:
    fields = node.fields("compte montant")
    return Allocation(fields["compte"].text(8, 1), fields["montant"].amount())


def _scan_paths(fields: dict[str, Node]) -> tuple[ArchivedScan, ...]:
    nodes = [] if fields["piece"].value is None else [fields["piece"]]
    if "autres_pieces" in fields:
        nodes += fields["autres_pieces"].items(50)
    return tuple(_scan_path(node) for node in nodes)


def _scan_path(node: Node) -> ArchivedScan:
    path = node.text(140, 1)
    steps = path.split("/")
    if steps[0] != "pieces" or len(steps) < 2 or "\\" in path or any(step in ("", ".", "..") for step in steps):
        raise node.fault("chemin refusé : une pièce se trouve sous « pieces/ »")
    return ArchivedScan(path, node.path)


def _statement(node: Node, year: SchoolYear) -> Statement | None:
    if node.value is None:
        return None
    fields = node.fields("date solde")
    if fields["date"].day() < year.first_day:
        raise fields["date"].fault("ce relevé est d’avant l’exercice")
    return Statement(fields["date"].day(), fields["solde"].amount())


def _count(node: Node, year: SchoolYear) -> CashCount | None:
    if node.value is None:
        return None
    fields = node.fields("date coupures")
    values = fields["coupures"]
    if not isinstance(values.value, dict):
        raise values.fault("un objet est attendu")
    values.refuse_key_given_twice()
    pieces = tuple(_pieces(values.member(name), name) for name in values.value)
    return CashCount(1, _day_of_year(fields["date"], year), pieces)


def _pieces(node: Node, name: str) -> tuple[int, int]:
    try:
        denomination = from_archive(name)
    except AmountError:
        denomination = 0
    if denomination not in DENOMINATIONS:
        raise node.fault("cette coupure n’existe pas")
    if not isinstance(node.value, int) or isinstance(node.value, bool) or not 0 <= node.value <= 99_999:
        raise node.fault("nombre de pièces ou de billets attendu")
    return denomination, node.value


def _day_of_year(node: Node, year: SchoolYear) -> date:
    day = node.day()
    if not year.contains(day):
        raise node.fault(out_of_year(year))
    return day


def _grant(node: Node, number: int, year: SchoolYear) -> Grant:
    fields = node.fields("organisme nature objet date montant pj")
    return Grant(
        number, fields["organisme"].text(120, 1), fields["nature"].choice(GRANT_KINDS), fields["objet"].text(200),
        _day_of_year(fields["date"], year), fields["montant"].amount(), _number_or_empty(fields["pj"]),
    )  # fmt: skip


def _number_or_empty(node: Node) -> str:
    return "" if node.value is None else node.text(NUMBER_LENGTH)


def _item(node: Node, number: int, year: SchoolYear) -> InventoryItem:
    fields = node.fields(
        "designation fournisseur date_achat valeur pj emplacement", "date_sortie motif_sortie valeur_cession"
    )
    if fields["date_achat"].day() > year.last_day:
        raise fields["date_achat"].fault(out_of_year(year))
    none = Node(None, node.path)
    disposal = fields.get("valeur_cession", none)
    reason = fields.get("motif_sortie", none)
    return InventoryItem(
        number, fields["designation"].text(200, 1), fields["fournisseur"].text(120), fields["date_achat"].day(),
        fields["valeur"].amount(), _number_or_empty(fields["pj"]), fields["emplacement"].text(120),
        fields.get("date_sortie", none).day_or_none(),
        "" if reason.value is None else reason.text(200),
        None if disposal.value is None else disposal.amount(),
    )  # fmt: skip


def _slips(node: Node, year: SchoolYear, entries: Sequence[ArchivedEntry]) -> tuple[ArchivedSlip, ...]:
    """Read the paying-in slips; an entry goes to the bank once, and only with money for it."""
    taken: set[int] = set()
    slips = []
    for item in node.items(2_000):
        fields = item.fields("date libelle ecritures")
        inside = tuple(_deposited(place, entries, taken) for place in fields["ecritures"].items(500))
        if not inside:
            raise fields["ecritures"].fault("une remise contient au moins une écriture")
        label = fields["libelle"].text(LABEL_LENGTH, 1)
        slips.append(ArchivedSlip(_day_of_year(fields["date"], year), label, inside))
    return tuple(slips)


def _deposited(node: Node, entries: Sequence[ArchivedEntry], taken: set[int]) -> int:
    place = node.value
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(entries):
        raise node.fault("place d’une écriture attendue (0 pour la première)")
    if place in taken:
        raise node.fault("cette écriture est déjà dans une remise")
    if entries[place].draft.bank <= 0:
        raise node.fault("cette écriture n’apporte rien à la banque")
    taken.add(place)
    return place


def _report(node: Node) -> ArchivedReport:
    """Read the CRA: `true`, whole numbers and texts; which questions there are is not known here."""
    fields = node.fields("suite reponses")
    answers = fields["reponses"]
    if not isinstance(answers.value, dict):
        raise answers.fault("un objet est attendu")
    answers.refuse_key_given_twice()
    if len(answers.value) > 500:
        raise answers.fault("trop de réponses (500 au plus)")
    told = {name: _answer(answers.member(name)) for name in answers.value}
    return ArchivedReport(told, fields["suite"].truth())


def _answer(node: Node) -> bool | int | str:
    value: Any = node.value
    if value is False or not isinstance(value, (bool, int, str)):
        raise node.fault("true, un nombre entier ou un texte est attendu")
    if isinstance(value, int) and not 0 <= value <= LARGEST:
        raise node.fault("ce nombre est trop grand ou négatif")
    if isinstance(value, str) and not 1 <= len(value) <= LONGEST_ANSWER:
        raise node.fault(f"un texte de 1 à {LONGEST_ANSWER} caractères est attendu")
    return value
