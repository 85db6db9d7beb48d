"""A PDF rebuilt from what its pages show; run in the child process only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from retkoop.documents import pictures
from retkoop.documents.common import (
    DAMAGED,
    ENCRYPTED,
    MAX_BYTES,
    NO_PAGE,
    TOO_HEAVY,
    TOO_MANY_PAGES,
    TOO_MUCH_WORK,
    RefusedDocument,
)

MAX_PAGES = 50
MAX_DRAWING_BYTES = 50_000_000  # unfolded: the largest fonts take 20, honest drawings far less

# What a page shows. All the rest (actions, annotations, threads, private data) stays behind.
_PAGE_KEYS = {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group", "/Resources", "/Contents"}
_RESOURCE_KEYS = {
    "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet", "/Properties",
}  # fmt: skip
# In a drawing: a file elsewhere, PostScript, other versions of it, whatever the producer noted for itself.
_STREAM_KEYS = {
    "/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/PS", "/Alternates", "/AF", "/Metadata", "/PieceInfo",
    "/LastModified", "/Measure", "/PtData", "/StructParent", "/StructParents",
}  # fmt: skip
_BANNED_TYPES = {"/Action", "/Annot", "/EmbeddedFile", "/Filespec", "/Metadata", "/Sig", "/JavaScript"}
_BANNED_ACTIONS = {
    "/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ResetForm", "/ImportData", "/GoTo", "/GoToR", "/GoToE",
    "/GoTo3DView", "/Hide", "/Movie", "/Named", "/Rendition", "/RichMediaExecute", "/SetOCGState", "/Sound",
    "/Thread", "/Trans",
}  # fmt: skip
# qpdf warns of these in files that every reader shows whole.
_HARMLESS = re.compile(r"duplicated key|overriding|output may still be valid")


def scrub(data: bytes, quarters: int = 0) -> tuple[bytes, int]:
    """Rebuild a PDF from what its pages show, turned clockwise; give its bytes and its number of pages."""
    with _opened(data) as source, pikepdf.new() as fresh:
        _flatten(source)
        for page in source.pages:
            _prune(page.obj, _PAGE_KEYS)
        for page in source.pages:
            fresh.pages.append(page)
        _copy_layers(source, fresh)
        for found in _containers(fresh):
            _purge(found)
        pictures.lighten(fresh)
        for page in fresh.pages if quarters % 4 else ():
            page.rotate(quarters % 4 * 90, relative=True)
        return _saved(fresh, source), len(fresh.pages)


def _opened(data: bytes) -> pikepdf.Pdf:
    try:
        # Recovery shows half a file as if it were whole.
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False)
    except pikepdf.PasswordError as locked:
        # One that only forbids printing or copying opens: what is kept of it is not locked any more.
        raise RefusedDocument(ENCRYPTED) from locked
    if len(pdf.pages) > MAX_PAGES:
        raise RefusedDocument(TOO_MANY_PAGES)
    if not pdf.pages:
        raise RefusedDocument(NO_PAGE)
    _refuse_damage(pdf)
    return pdf


def _refuse_damage(pdf: pikepdf.Pdf) -> None:
    if any(not _HARMLESS.search(str(warning)) for warning in pdf.get_warnings()):
        raise RefusedDocument(DAMAGED)


def _flatten(pdf: pikepdf.Pdf) -> None:
    """Draw what was typed in form fields and notes on the pages: the fields themselves are dropped."""
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    pdf.get_warnings()  # on fields that it cannot draw, not on the pages


def _prune(holder: Object, allowed: set[str]) -> None:
    for key in set(holder.keys()) - allowed:
        del holder[key]


def _copy_layers(source: pikepdf.Pdf, fresh: pikepdf.Pdf) -> None:
    """Keep hidden what was hidden (a draft, a stamp for print), without the rules that come with layers."""
    layers = source.Root.get(Name.OCProperties, Dictionary())
    state = layers.get(Name.D, Dictionary())
    lists = {"/OCGs": layers.get(Name.OCGs), "/ON": state.get(Name.ON), "/OFF": state.get(Name.OFF)}
    groups = {key: _copied_groups(fresh, value) for key, value in lists.items()}
    if not groups["/OCGs"]:
        return
    base = Name.OFF if state.get(Name.BaseState) == Name.OFF else Name.ON
    shown = Dictionary(BaseState=base, ON=groups["/ON"], OFF=groups["/OFF"])
    fresh.Root.OCProperties = Dictionary(OCGs=groups["/OCGs"], D=shown)


def _copied_groups(fresh: pikepdf.Pdf, groups: Object | None) -> Array:
    copied = Array()
    for group in groups if isinstance(groups, Array) else ():
        if isinstance(group, Dictionary) and group.is_indirect and group.get(Name.Type) == Name.OCG:
            # Pages that show it brought it along before: it is the copy that counts.
            copied.append(fresh.copy_foreign(group))
            _prune(copied[-1], {"/Type", "/Name"})
    return copied


def _containers(pdf: pikepdf.Pdf) -> Iterator[Object]:
    """Walk every dictionary and stream, also those written inside another."""
    for whole in pdf.objects:
        waiting = [whole]
        while waiting:
            item = waiting.pop()
            if isinstance(item, Dictionary | Stream):
                yield item
            waiting += [part for part in _parts(item) if isinstance(part, Object) and not part.is_indirect]


def _parts(item: object) -> list[object]:
    if isinstance(item, Dictionary | Stream):
        return [item[key] for key in item.keys()]  # noqa: SIM118 (a stream iterates over nothing)
    return list(item) if isinstance(item, Array) else []


def _purge(item: Object) -> None:
    if isinstance(item.get(Name.Resources), Dictionary):
        _prune(item[Name.Resources], _RESOURCE_KEYS)
    if _is_banned(item):
        _empty(item)
    elif isinstance(item, Stream):
        _prune(item, set(item.keys()) - _STREAM_KEYS)
        if item.get(Name.Subtype) == Name.Image:
            pictures.strip(item)
        elif _unfolded_size(item) > MAX_DRAWING_BYTES:
            raise RefusedDocument(TOO_MUCH_WORK)


def _unfolded_size(drawing: Stream) -> int:
    try:
        return len(drawing.read_bytes())
    except pikepdf.PdfError:  # a filter that qpdf does not unfold; damage is found when saving
        return 0


def _is_banned(item: Object) -> bool:
    postscript = isinstance(item, Stream) and Name.PS in (item.get(Name.Subtype), item.get("/Subtype2"))
    return postscript or _name(item, "/Type") in _BANNED_TYPES or _name(item, "/S") in _BANNED_ACTIONS


def _empty(item: Object) -> None:
    if isinstance(item, Stream):
        item.write(b"")
        _prune(item, {"/Length"})
    else:
        _prune(item, set())


def _name(item: Object, key: str) -> str:
    value = item.get(key)
    return str(value) if isinstance(value, Name) else ""


def _saved(fresh: pikepdf.Pdf, source: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    fresh.save(
        out,
        min_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        recompress_flate=True,  # reads every stream through: damage shows, nothing hides behind one
        deterministic_id=True,
    )
    _refuse_damage(source)
    _refuse_damage(fresh)
    if out.tell() > MAX_BYTES:
        raise RefusedDocument(TOO_HEAVY)
    return out.getvalue()
