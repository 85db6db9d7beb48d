"""Intake of scans: recognise by content, clean, shrink. Hostile until proven otherwise."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from retkoop.errors import Busy, Refusal

MAX_BYTES = 15_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 2_000  # an A4 page at 170 dpi: small print stays readable
MAX_PNG_BYTES = 600_000  # above this a PNG is a photograph, which JPEG holds better
JPEG_QUALITY = 80
_COARSENESS = (1_477, 2_221)  # sums of libjpeg's two quantisation tables at that quality

# A file of a few megabytes can hold millions of empty parts, or thousands of passes over 40 megapixels.
_MAX_PARTS = 20_000
_MAX_JPEG_PARTS = 2_000
_MAX_JPEG_SCANS = 100

_ACCEPTED = "Envoyez un PDF ou une image JPEG, PNG, WebP ou HEIC."
EMPTY = f"Ce fichier est vide. {_ACCEPTED}"
UNKNOWN = f"Ce type de fichier n’est pas accepté. {_ACCEPTED}"
OFFICE = f"Les archives et documents bureautiques ne sont pas acceptés\u00a0: faites-en un PDF. {_ACCEPTED}"
TOO_HEAVY = "Ce fichier dépasse 15\u00a0Mo\u00a0: réduisez-le, ou envoyez-le en plusieurs parties."
TOO_LARGE = "Cette image dépasse 40\u00a0millions de pixels\u00a0: refaites-la en définition plus faible."
DAMAGED = "Ce fichier est incomplet ou abîmé\u00a0: vérifiez qu’il s’ouvre, puis envoyez-le de nouveau."
TOO_MUCH_WORK = "Ce fichier est trop compliqué pour être vérifié\u00a0: imprimez-le ou photographiez-le."
_BUSY = "Beaucoup de documents arrivent au même moment\u00a0: réessayez dans un instant."

# Only tightens Pillow; MAX_PIXELS, read before any pixel is decoded, stops far earlier.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class RefusedDocument(Refusal):
    """A file that cannot be kept, with the sentence that says why."""


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """What may be stored and served; `pages` is 1 for an image."""

    data: bytes
    media_type: str
    extension: str
    pages: int = 1

    @property
    def digest(self) -> str:
        """Name the content: SHA-256, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def clean(data: bytes) -> CleanDocument:
    """Make a document fit to keep and serve, or raise RefusedDocument; a clean one comes back as it is."""
    if len(data) > MAX_BYTES:
        raise RefusedDocument(TOO_HEAVY)
    cleaner = _CLEANERS[recognise(data)]
    with _one_of_few():
        return cleaner(data)


# ---- What is it?

_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}


def recognise(data: bytes) -> str:
    """Tell "jpg", "png", "webp", "heic" or "pdf" by the first bytes; names and declared types lie."""
    if not data:
        raise RefusedDocument(EMPTY)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        raise RefusedDocument(OFFICE)
    for prefix, kind in ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-", "pdf")):
        if data.startswith(prefix):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if _is_heic(data):
        return "heic"
    raise RefusedDocument(UNKNOWN)


def _is_heic(data: bytes) -> bool:
    box = data[: min(int.from_bytes(data[:4], "big"), 256)]
    major, others = box[8:12], {box[at : at + 4] for at in range(16, len(box), 4)}
    generic = major in (b"mif1", b"msf1") and bool(others & _HEVC_BRANDS)
    return box[4:8] == b"ftyp" and (major in _HEVC_BRANDS or generic)


# ---- Images


def clean_png(data: bytes) -> CleanDocument:
    """Keep the pixels of a PNG, or hand a heavy one over to JPEG."""
    _check_png_is_whole(data)
    image = shrink(_plain(decode(data, "PNG")))
    png = _encoded(image, "PNG", compress_level=9)
    if len(png) > MAX_PNG_BYTES:
        return _jpeg(encode_jpeg(image))
    return CleanDocument(png, "image/png", "png")


def clean_jpeg(data: bytes) -> CleanDocument:
    """Compress a photograph, unless it already is: a second compression would only blur it."""
    try:
        stripped = strip_jpeg(data)
    except ValueError as fault:
        raise RefusedDocument(DAMAGED) from fault
    image = decode(data, "JPEG")
    if upright(image) is image and is_compressed_jpeg(image, stripped):
        decode(stripped, "JPEG")
        return _jpeg(stripped)
    return _jpeg(encode_jpeg(shrink(upright(image))))


def clean_webp(data: bytes) -> CleanDocument:
    """Compress a WebP, unless it is a bare small frame already."""
    image = decode(data, "WEBP")
    if not _is_bare_webp(data) or max(image.size) > MAX_SIDE or len(data) > _room(data, image):
        data = _encoded(_opaque(shrink(upright(image))), "WEBP", quality=80, method=4)
    return CleanDocument(data, "image/webp", "webp")


def clean_heic(data: bytes) -> CleanDocument:
    """Turn an iPhone photograph into JPEG, decoded where a fault of its libraries harms nothing."""
    return clean_jpeg(_run_apart("heic", data))


def _clean_pdf(data: bytes) -> CleanDocument:
    pages, _, scrubbed = _run_apart("pdf", data).partition(b"\n")
    return CleanDocument(scrubbed, "application/pdf", "pdf", int(pages))


_ORIENTATION = 0x0112  # EXIF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip

_CLEANERS: dict[str, Callable[[bytes], CleanDocument]] = {
    "png": clean_png, "jpg": clean_jpeg, "webp": clean_webp, "heic": clean_heic, "pdf": _clean_pdf,
}  # fmt: skip


def decode(data: bytes, pillow_format: str) -> Image.Image:
    """Read the first frame whole, its size checked before any pixel; raise RefusedDocument on any fault."""
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=[pillow_format])
        if image.width * image.height > MAX_PIXELS:
            raise RefusedDocument(TOO_LARGE)
        image.load()
        image.getexif().get(_ORIENTATION)
    except RefusedDocument:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise RefusedDocument(TOO_LARGE) from bomb
    except Exception as fault:  # decoders raise anything at all on hostile bytes
        raise RefusedDocument(DAMAGED) from fault
    return image


def shrink(image: Image.Image) -> Image.Image:
    """Bring the long side down to 2,000 px; palettes are unfolded, since they cannot be averaged."""
    if max(image.size) <= MAX_SIDE:
        return image
    if image.mode in ("1", "P"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image


def encode_jpeg(image: Image.Image) -> bytes:
    """Encode as the JPEG that every scan is kept in: no metadata, transparent parts white."""
    return _encoded(_opaque(image), "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)


def is_compressed_jpeg(image: Image.Image, data: bytes) -> bool:
    """Tell whether a JPEG is small and coarse enough that encoding it again would gain nothing."""
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    coarse = all(sum(table) >= _COARSENESS[number > 0] for number, table in tables.items())
    right_size = max(image.size) <= MAX_SIDE and len(data) <= _room(data, image)
    return image.mode in ("L", "RGB") and coarse and right_size


def _jpeg(data: bytes) -> CleanDocument:
    return CleanDocument(data, "image/jpeg", "jpg")


def _room(data: bytes, image: Image.Image) -> int:
    """Bound what a kept file may weigh, so that nothing hides after the last pixel."""
    if data[12:16] == b"VP8L":
        return MAX_PNG_BYTES
    return 4_096 + image.width * image.height


def upright(image: Image.Image) -> Image.Image:
    """Apply the orientation that the camera noted; ImageOps would also rewrite a possibly hostile EXIF."""
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def _plain(image: Image.Image) -> Image.Image:
    """Turn upright, in one of the few modes that come back the same from a PNG."""
    image = upright(image)
    if "transparency" in image.info:  # a colour of the palette, or one colour of all
        return image.convert("RGBA")
    if image.mode in ("I", "I;16"):
        return image.convert("I").point([level // 256 for level in range(65_536)], "L")
    return image if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else image.convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        page = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(page, image.convert("RGBA"))
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _encoded(image: Image.Image, pillow_format: str, **options: object) -> bytes:
    image.info = {}  # Pillow would write some of it back: profile, comment, transparency
    out = BytesIO()
    image.save(out, pillow_format, **options)
    return out.getvalue()


# ---- The parts of an image file

_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
_AFTER_SCAN = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
# Frames, tables, scans. What is left out (APPn, comments) never changes a pixel, save the two below.
_JPEG_NEEDED = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD} - {0xC8}


def strip_jpeg(data: bytes) -> bytes:
    """Drop metadata, thumbnails and whatever follows the image; raise ValueError when it has no end."""
    kept = [part for marker, part in _jpeg_parts(data) if _is_needed(marker, part)]
    return b"\xff\xd8" + b"".join(kept) + b"\xff\xd9"


def _is_needed(marker: int, part: bytes) -> bool:
    bare_jfif = marker == 0xE0 and part[4:9] == b"JFIF\0" and len(part) == 18
    adobe = marker == 0xEE and part[4:9] == b"Adobe" and len(part) == 16
    return marker in _JPEG_NEEDED or bare_jfif or adobe


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    position, scans = 2, 0
    for _ in range(_MAX_JPEG_PARTS):
        found = _MARKER.search(data, position)
        if found is None:
            raise ValueError("no end of image")
        marker, start = found[1][0], found.end() - 2
        if marker == 0xD9:
            return
        position = _jpeg_part_end(data, marker, start)
        scans += marker == 0xDA
        if scans > _MAX_JPEG_SCANS:
            raise ValueError("too many scans")
        yield marker, data[start:position]
    raise ValueError("too many segments")


def _jpeg_part_end(data: bytes, marker: int, start: int) -> int:
    if marker == 0x01 or 0xD0 <= marker <= 0xD8:
        return start + 2
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    if marker != 0xDA:
        return end
    following = _AFTER_SCAN.search(data, end)
    return following.start() if following else len(data)


def _check_png_is_whole(data: bytes) -> None:
    position = 8
    for _ in range(_MAX_PARTS):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            break
        if data[position + 4 : position + 8] == b"IEND":
            return
        position = end
    raise RefusedDocument(DAMAGED)


def _is_bare_webp(data: bytes) -> bool:
    """Tell a file that is one still frame: no metadata, no animation, no tail."""
    whole = int.from_bytes(data[4:8], "little") + 8
    frame = int.from_bytes(data[16:20], "little")
    return data[12:16] in (b"VP8 ", b"VP8L") and whole == 20 + frame + frame % 2 == len(data)


# ---- Work apart: in a process that may crash, starve or hang alone

_FEW = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
_WAIT_SECONDS = 10
_WALL_SECONDS = 45
_HOME = Path(__file__).resolve().parent.parent
REFUSED = 3  # how the child says that its answer is the sentence of a refusal
_CHILD = "from retkoop.documents_pdf import answer; answer()"
# The child gets no secret of ours: only what Python itself needs to start.
_CHILD_VARIABLES = {"LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH"}


@contextmanager
def _one_of_few() -> Iterator[None]:
    """Let few documents be opened at once: 40 megapixels take 160 MB while they are read."""
    if not _FEW.acquire(timeout=_WAIT_SECONDS):
        raise Busy(_BUSY)
    try:
        yield
    finally:
        _FEW.release()


def _run_apart(task: str, data: bytes) -> bytes:
    """Do a task in a bounded child process; its refusal, crash or slowness is a RefusedDocument."""
    command = [sys.executable, "-B", "-c", _CHILD, task]
    environ = {name: os.environ[name] for name in _CHILD_VARIABLES & os.environ.keys()}
    try:
        child = subprocess.run(  # noqa: S603 (fixed command)
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=_HOME, env=environ, timeout=_WALL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as slow:
        raise RefusedDocument(TOO_MUCH_WORK) from slow
    if child.returncode == 0:
        return child.stdout
    raise RefusedDocument(_sentence(child.returncode, child.stdout))


def _sentence(status: int, answer: bytes) -> str:
    if status == REFUSED:
        return answer.decode()
    return TOO_MUCH_WORK if status in (-signal.SIGKILL, -signal.SIGXCPU) else DAMAGED
