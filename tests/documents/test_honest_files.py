"""Forty files as honest people send them: each comes out upright, readable, and light enough for ten years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pikepdf
import pytest
from PIL import Image, ImageFilter

from retkoop.documents import CleanDocument, clean, common, images
from tests.documents import makers, pdfs
from tests.documents.makers import A4, PHONE, exif, heic, held, legibility, looks, page, seen, written
from tests.documents.pdfs import pdf_of

# Where the strokes of a page of 10-point print stand out of grain and compression: see the controls below.
READABLE = 0.9
A_PAGE = 300_000


@dataclass(frozen=True)
class Honest:
    """A file, what it shows, and what it becomes."""

    make: Callable[[], bytes]
    size: tuple[int, int] = A4
    pages: int = 1
    becomes: str = "jpg"
    least: int = 0  # bytes, for a file whose weight is what it is about
    is_drawn_by_readers: bool = False

    def pages_of(self, source: bytes) -> list[Image.Image]:
        """Give what the pages must show: what was drawn, or what readers draw themselves of letters and strips."""
        if self.is_drawn_by_readers:
            return looks(CleanDocument(source, "application/pdf", "pdf", self.pages))
        return [page(self.size, number) for number in range(self.pages)]


def scan(number: int = 0, noise: int = 6) -> Image.Image:
    return seen(page(A4, number), noise)


def grey(number: int = 0) -> Image.Image:
    return scan(number).convert("L")


def bilevel(size: tuple[int, int] = A4) -> Image.Image:
    return page(size).convert("1", dither=Image.Dither.NONE)


def phone(orientation: int, **options: object) -> bytes:
    notes = exif(orientation, Make="Un telephone", DateTime="2025:03:12 14:32:00")
    return written(held(seen(page(PHONE)), orientation), "JPEG", quality=92, exif=notes, **options)


def iphone(size: tuple[int, int], orientation: int) -> bytes:
    return heic(held(seen(page(size), 8), orientation), quality=70, exif=exif(orientation).tobytes())


def deep() -> Image.Image:
    return page().convert("I").point(lambda level: level * 256).convert("I;16")


def clear() -> Image.Image:
    """Give black letters on nothing, as a stamp or a signature is cut out."""
    sheet = page((1_240, 1_754))
    cut = Image.new("RGBA", sheet.size, "black")
    cut.putalpha(sheet.point(lambda level: 255 - level))
    return cut


def strips() -> list[pdfs.Picture]:
    whole = scan()
    return [pdfs.jpeg_picture(whole.crop((0, top, A4[0], min(top + 220, A4[1])))) for top in range(0, A4[1], 220)]


def forbidden_to_copy() -> bytes:
    lock = pikepdf.Encryption(owner="la banque", user="", allow=pikepdf.Permissions(extract=False))
    return pdf_of(pdfs.jpeg_picture(scan()), encryption=lock, static_id=False)


def logo_with_a_mask() -> bytes:
    def change(pdf: pikepdf.Pdf) -> pikepdf.Stream:
        stream = pdfs.flate_picture(Image.new("RGB", A4, "black"))(pdf)
        stream.SMask = pdfs.flate_picture(page().point(lambda level: 255 - level))(pdf)
        return stream

    return pdf_of(change)


def cropped() -> bytes:
    """Write a scan in the middle of a larger sheet, of which only the scan is shown."""
    with pikepdf.open(BytesIO(pdf_of(pdfs.jpeg_picture(scan())))) as pdf:
        sheet = pdf.pages[0]
        sheet.Contents = pdf.make_stream(b"1 0 0 1 100 50 cm " + sheet.Contents.read_bytes())
        sheet.MediaBox, sheet.CropBox = [0, 0, 900, 1_000], [100, 50, 695, 892]
        return pdfs.saved(pdf)


SMALL = (1_512, 2_016)
HONEST = {
    **{
        f"a phone's photograph, orientation {turn}": Honest(lambda turn=turn: phone(turn), PHONE)
        for turn in range(1, 9)
    },
    "an iphone's photograph": Honest(lambda: iphone(PHONE, 1), PHONE),
    **{
        f"an iphone's photograph, orientation {turn}": Honest(lambda turn=turn: iphone(SMALL, turn), SMALL)
        for turn in (3, 6, 8)
    },
    "a photograph in bad light": Honest(
        lambda: written(seen(page(PHONE), 25), "JPEG", quality=95), PHONE,
        least=8_000_000,
    ),
    "a progressive photograph": Honest(lambda: phone(6, progressive=True), PHONE),
    "a photograph without lost colours": Honest(lambda: phone(8, subsampling=0), PHONE),
    "a photograph sent by a messenger": Honest(
        lambda: written(seen(page((1_200, 1_600)), 6), "JPEG", quality=70), (1_200, 1_600)
    ),
    "a photograph as png": Honest(
        lambda: written(seen(page(SMALL)), "PNG", compress_level=1), SMALL,
        least=5_000_000,
    ),
    "a screenshot": Honest(lambda: written(page((828, 1_792)).convert("RGB"), "PNG"), (828, 1_792), becomes="png"),
    "a grey scan": Honest(lambda: written(grey(), "JPEG", quality=95)),
    "a scan for a printer": Honest(lambda: written(scan().convert("CMYK"), "JPEG", quality=90)),
    "a scan of 16 bits": Honest(lambda: written(deep(), "PNG")),
    "a scan of 16 bits in colours": Honest(lambda: makers.deep_png(seen(page(SMALL), 6)), SMALL),
    "a scan in black and white": Honest(lambda: written(bilevel(), "PNG"), becomes="png"),
    "a palette with a clear colour": Honest(
        lambda: written(page((1_240, 1_754)).quantize(8), "PNG", transparency=0), (1_240, 1_754), becomes="png"
    ),
    "letters on nothing": Honest(lambda: written(clear(), "PNG"), (1_240, 1_754), becomes="png"),
    "grey letters on nothing": Honest(lambda: written(clear().convert("LA"), "PNG"), (1_240, 1_754), becomes="png"),
    "a webp": Honest(lambda: written(seen(page(PHONE)), "WEBP", quality=90, method=0), PHONE, becomes="webp"),
    "a webp that lost nothing": Honest(
        lambda: written(page(SMALL), "WEBP", lossless=True, quality=1, method=0), SMALL, becomes="webp"
    ),
    "a webp held sideways": Honest(
        lambda: written(held(seen(page(SMALL)), 6), "WEBP", exif=exif(6), method=0), SMALL, becomes="webp"
    ),
    "a bill as text": Honest(lambda: pdfs.text_pdf(3), pages=3, becomes="pdf", is_drawn_by_readers=True),
    "a scanned page": Honest(lambda: pdf_of(pdfs.jpeg_picture(scan())), becomes="pdf"),
    "a scan of 8 MB on several pages": Honest(
        lambda: pdf_of(*(pdfs.jpeg_picture(scan(number), 91) for number in range(4))), pages=4, becomes="pdf",
        least=8_000_000,
    ),
    "a scan of ten pages": Honest(
        lambda: pdf_of(*(pdfs.jpeg_picture(grey(number), 80) for number in range(10))), pages=10, becomes="pdf"
    ),
    "a scan that was not compressed": Honest(
        lambda: pdf_of(pdfs.flate_picture(seen(page(SMALL), 6))), SMALL, becomes="pdf", least=5_000_000
    ),
    "a scan lying on its side": Honest(
        lambda: pdf_of(pdfs.jpeg_picture(held(scan(), 6)), rotate=90), becomes="pdf"
    ),
    "a scan in strips": Honest(lambda: pdf_of(strips()), becomes="pdf", is_drawn_by_readers=True),
    "a fax": Honest(lambda: pdf_of(pdfs.fax_picture(bilevel())), becomes="pdf"),
    "a copier's scan in jbig2": Honest(lambda: pdf_of(pdfs.jbig2_picture(bilevel())), becomes="pdf"),
    "a scan in few colours": Honest(lambda: pdf_of(pdfs.palette_picture(scan())), becomes="pdf", least=1_000_000),
    "a scan in jpeg 2000": Honest(lambda: pdf_of(pdfs.jpx_picture(scan())), becomes="pdf", least=1_000_000),
    "a scan in four inks": Honest(
        lambda: pdf_of(pdfs.jpeg_picture(scan().convert("CMYK"), Decode=pikepdf.Array([1, 0] * 4))), becomes="pdf",
        least=1_000_000,
    ),
    "a statement that forbids copying": Honest(forbidden_to_copy, becomes="pdf"),
    "letters through a mask": Honest(logo_with_a_mask, becomes="pdf"),
    "a scan cut out of a larger sheet": Honest(cropped, becomes="pdf"),
}  # fmt: skip


def test_there_are_forty() -> None:
    assert len(HONEST) >= 40


@pytest.mark.parametrize("name", HONEST)
def test_it_comes_out_upright_readable_and_light(name: str) -> None:
    honest = HONEST[name]
    source = honest.make()
    assert honest.least <= len(source) <= common.MAX_BYTES
    document = clean(source)
    assert document.extension == honest.becomes
    assert len(document.data) / document.pages < A_PAGE
    assert document.thumbnail
    assert len(document.thumbnail) < 6_000
    shown, drawn = looks(document), honest.pages_of(source)
    assert document.pages == len(shown) == honest.pages
    assert min(map(legibility, shown, drawn)) > READABLE
    assert legibility(Image.open(BytesIO(document.thumbnail)), drawn[0]) > 0.4


@pytest.mark.parametrize("name", ["a phone's photograph, orientation 6", "a scan in strips", "a webp held sideways"])
def test_what_came_out_comes_back_as_it_is(name: str) -> None:
    once = clean(HONEST[name].make())
    assert clean(once.data) == once


# ---- Controls: what the measure must notice


@pytest.mark.parametrize(
    "spoilt",
    [
        page().rotate(180), page().rotate(90, expand=True), page(A4, 1), held(page(), 2), page().resize((496, 702)),
        page().filter(ImageFilter.GaussianBlur(4)), Image.new("L", A4, 200), seen(page(), 120),
    ],
    ids=["upside down", "sideways", "another page", "a mirror", "60 dpi", "blurred", "empty", "too much grain"],
)  # fmt: skip
def test_a_page_that_nobody_can_read_is_noticed(spoilt: Image.Image) -> None:
    assert legibility(spoilt, page()) < READABLE < legibility(scan(), page())


def test_a_page_at_the_end_of_the_ladder_is_still_readable() -> None:
    with_much_grain = seen(page(), 40)
    last = Image.open(BytesIO(images.fit([with_much_grain], 1)[0]))
    assert max(last.size) == images.LADDER[-1][0]
    assert legibility(last, page()) > 0.8
