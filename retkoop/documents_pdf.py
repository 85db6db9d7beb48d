"""Work of the child process: rebuild a PDF from its visible pages, decode a HEIC photograph."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import NoReturn

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream
from PIL import Image

from retkoop import documents
from retkoop.documents import RefusedDocument

MAX_PAGES = 50
MAX_IMAGE_BYTES = 3 * documents.MAX_PIXELS  # decoded: 40 megapixels in colour, far more in black and white
HEAVY_IMAGE_BYTES = 200_000
MAX_DRAWING_BYTES = 50_000_000  # unfolded: the largest fonts take 20, honest drawings far less

ENCRYPTED = (
    "Ce PDF est protégé par un mot de passe ou contre la copie\u00a0: "
    "enregistrez-en une version sans protection, ou imprimez-le en PDF."
)
TOO_MANY_PAGES = "Ce PDF a plus de 50\u00a0pages\u00a0: envoyez-le en plusieurs parties."
NO_PAGE = "Ce PDF ne contient aucune page\u00a0: vérifiez qu’il s’ouvre, puis envoyez-le de nouveau."

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


def scrub(data: bytes) -> tuple[bytes, int]:
    """Rebuild a PDF from what its pages show; give its bytes and its number of pages."""
    with _opened(data) as source, pikepdf.new() as fresh:
        _flatten(source)
        for page in source.pages:
            _prune(page.obj, _PAGE_KEYS)
        for page in source.pages:
            fresh.pages.append(page)
        _copy_layers(source, fresh)
        for found in _containers(fresh):
            _purge(found)
        return _saved(fresh, source), len(fresh.pages)


def _opened(data: bytes) -> pikepdf.Pdf:
    try:
        # Recovery shows half a file as if it were whole.
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False)
    except pikepdf.PasswordError as locked:
        raise RefusedDocument(ENCRYPTED) from locked
    if pdf.is_encrypted:
        raise RefusedDocument(ENCRYPTED)
    if len(pdf.pages) > MAX_PAGES:
        raise RefusedDocument(TOO_MANY_PAGES)
    if not pdf.pages:
        raise RefusedDocument(NO_PAGE)
    _refuse_damage(pdf)
    return pdf


def _refuse_damage(pdf: pikepdf.Pdf) -> None:
    if any(not _HARMLESS.search(str(warning)) for warning in pdf.get_warnings()):
        raise RefusedDocument(documents.DAMAGED)


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
            _prune(group, {"/Type", "/Name"})
            copied.append(fresh.copy_foreign(group))
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
            _compress(item)
        elif _unfolded_size(item) > MAX_DRAWING_BYTES:
            raise RefusedDocument(documents.TOO_MUCH_WORK)


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
    if out.tell() > documents.MAX_BYTES:
        raise RefusedDocument(documents.TOO_HEAVY)
    return out.getvalue()


# ---- Pictures inside the pages


def _compress(picture: Stream) -> None:
    """Bring one picture down to what a scan needs; those of rare kinds are left as they are."""
    width, height, depth = (_number(picture, key) for key in ("/Width", "/Height", "/BitsPerComponent"))
    channels = _channels(picture.get(Name.ColorSpace))
    if width * height * (depth or 1) * (channels or 4) > 8 * MAX_IMAGE_BYTES:
        raise RefusedDocument(documents.TOO_LARGE)
    if not channels or depth != 8 or isinstance(picture.get(Name.Mask), Array) or _has_matte(picture):
        return
    if _filter(picture) == "/DCTDecode":
        _compress_jpeg(picture, channels)
    elif _filter(picture) in ("", "/FlateDecode", "/LZWDecode"):
        _compress_pixels(picture, width, height, channels)


def _compress_jpeg(picture: Stream, channels: int) -> None:
    raw = picture.read_raw_bytes()
    try:
        best = documents.strip_jpeg(raw)
    except ValueError as fault:
        raise RefusedDocument(documents.DAMAGED) from fault
    if len(best) > HEAVY_IMAGE_BYTES:
        best = _smaller(best, channels)
    if best != raw:
        _replace(picture, best)


def _compress_pixels(picture: Stream, width: int, height: int, channels: int) -> None:
    size = len(picture.read_raw_bytes())
    if size <= HEAVY_IMAGE_BYTES:
        return
    pixels = picture.read_bytes()
    needed = width * height * channels
    if len(pixels) < needed:
        return
    image = Image.frombytes("RGB" if channels == 3 else "L", (width, height), pixels[:needed])
    jpeg = documents.encode_jpeg(documents.shrink(image))
    if len(jpeg) < size:
        _replace(picture, jpeg)


def _smaller(jpeg: bytes, channels: int) -> bytes:
    image = documents.decode(jpeg, "JPEG")
    if documents.is_compressed_jpeg(image, jpeg) or len(image.getbands()) != channels:
        return jpeg
    again = documents.encode_jpeg(documents.shrink(image))
    return again if len(again) < len(jpeg) else jpeg


def _replace(picture: Stream, jpeg: bytes) -> None:
    image = Image.open(BytesIO(jpeg), formats=["JPEG"])
    picture.write(jpeg, filter=Name.DCTDecode)
    picture[Name.Width], picture[Name.Height] = image.size


def _channels(space: object) -> int:
    """Count the colours of a pixel; 0 for the kinds of colour that JPEG does not hold simply."""
    if isinstance(space, Array) and len(space) == 2 and space[0] == Name.ICCBased:
        return {1: 1, 3: 3}.get(_number(space[1], "/N"), 0)
    kind = space[0] if isinstance(space, Array) and len(space) else space
    known = {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3}
    return known.get(str(kind), 0) if isinstance(kind, Name) else 0


def _number(item: object, key: str) -> int:
    value = item.get(key) if isinstance(item, Dictionary | Stream) else None
    return value if isinstance(value, int) and value > 0 else 0


def _filter(picture: Stream) -> str:
    """Name its one filter; "" when it has none, "several" when they are chained or have options."""
    found = picture.get(Name.Filter)
    chain = list(found) if isinstance(found, Array) else [] if found is None else [found]
    is_plain_jpeg = chain == [Name.DCTDecode] and Name.DecodeParms not in picture
    if len(chain) > 1 or (chain == [Name.DCTDecode] and not is_plain_jpeg):
        return "several"
    return str(chain[0]) if chain else ""


def _has_matte(picture: Stream) -> bool:
    mask = picture.get(Name.SMask)
    return (isinstance(mask, Stream) and Name.Matte in mask) or Name.Matte in picture


# ---- The child process

_CPU_SECONDS = 30
_MEMORY_BYTES = 1_500_000_000


def answer() -> None:
    """Be the child: bound this process, then answer on standard output to the file of standard input."""
    task = {"heic": _heic_as_jpeg, "pdf": _scrubbed}[sys.argv[1]]
    _bound_this_process()
    try:
        sys.stdout.buffer.write(task(sys.stdin.buffer.read(documents.MAX_BYTES)))
    except MemoryError:
        _refuse(documents.TOO_MUCH_WORK)
    except RefusedDocument as refusal:
        _refuse(refusal.message)


def _refuse(sentence: str) -> NoReturn:
    sys.stdout.buffer.write(sentence.encode())
    sys.exit(documents.REFUSED)


def _bound_this_process() -> None:
    import resource  # absent from Windows

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _scrubbed(data: bytes) -> bytes:
    scrubbed, pages = scrub(data)
    return b"%d\n%b" % (pages, scrubbed)


def _heic_as_jpeg(data: bytes) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    image = documents.upright(documents.decode(data, "HEIF"))
    return documents.encode_jpeg(documents.shrink(image))
