"""The small picture of a document, what its text tells, and its quarter turns."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pikepdf import Pdf
from PIL import Image

from retkoop.documents import RefusedDocument, apart, clean, page_picture, turned
from retkoop.documents.common import DAMAGED, TOO_MUCH_WORK
from retkoop.scan_text import Told
from tests.documents import makers, pdfs
from tests.documents.makers import drawing, exif, heic, read, resembles, written
from tests.documents.pdfs import Change, invoice, opened

KINDS = ("png", "jpg", "webp", "heic")


def made(kind: str, image: Image.Image) -> bytes:
    return heic(image) if kind == "heic" else written(image, {"jpg": "JPEG"}.get(kind, kind.upper()))


# ---- The small picture of an image


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_picture_comes_with_it(kind: str) -> None:
    large = drawing(1_600, 1_200)
    document = clean(made(kind, large))
    assert document.thumbnail
    small = Image.open(BytesIO(document.thumbnail))
    assert (small.format, small.size) == ("WEBP", (240, 180))
    assert len(document.thumbnail) < 3_000
    assert resembles(small, drawing(240, 180))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_small_picture_is_drawn_of_every_kind_of_colour(mode: str) -> None:
    image = drawing(900, 600).convert("L" if mode == "I;16" else mode, dither=Image.Dither.NONE)
    if mode == "I;16":
        image = image.convert("I").point(lambda level: level * 256).convert("I;16")
    document = clean(written(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert document.thumbnail
    small = Image.open(BytesIO(document.thumbnail))
    assert small.size == (240, 160)
    expected = drawing(240, 160).convert("L" if mode == "I;16" else mode, dither=Image.Dither.NONE)
    assert resembles(small, expected)


def test_what_was_transparent_is_white_in_the_small_picture() -> None:
    clear = clean(written(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), "PNG"))
    assert clear.thumbnail
    assert min(low for low, _ in Image.open(BytesIO(clear.thumbnail)).getextrema()) > 250  # type: ignore[misc]


# ---- The small picture of a PDF, and its text

BILL = "Facture du 12/03/2025 Total TTC 45,90 EUR"


def bill(text: str = BILL, pages: int = 1) -> Change:
    def write(pdf: Pdf) -> None:
        for page in pdf.pages[:pages]:
            page.Contents = pdf.make_stream(f"BT /F1 9 Tf 5 60 Td ({text}) Tj ET".encode())

    return write


def test_the_first_page_is_drawn_small() -> None:
    document = clean(invoice(bill(), pages=2))
    assert document.thumbnail
    small = Image.open(BytesIO(document.thumbnail)).convert("L")
    assert (small.size, len(document.thumbnail) < 6_000) == ((240, 120), True)
    darkest, lightest = small.getextrema()
    assert (darkest < 120, lightest > 250) == (True, True)


def test_what_the_text_of_the_first_pages_tells_is_read() -> None:
    assert clean(invoice(bill())).told == Told((date(2025, 3, 12),), (4_590,))
    assert clean(invoice(bill(pages=4), pages=9)).told.amounts == (4_590,)
    assert clean(invoice()).told == Told()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    long = "mot " * 3_000
    assert clean(invoice(bill(f"{BILL} {long}"))).told.amounts == (4_590,)
    assert clean(invoice(bill(f"{long} {BILL}"))).told == Told()


@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), 11)", "bytes(9**12)", "1 / 0", "exec('while True: pass')"])
def test_a_page_that_breaks_the_drawing_is_kept_without_its_small_picture(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = (
        "import os; from retkoop.documents import child, drawing; drawing._CPU_SECONDS = 1;"
        f"drawing._drawn = lambda *page: {fault}; child.answer()"
    )
    whole = clean(invoice(bill()))
    monkeypatch.setattr(apart, "_CHILD", child)
    document = clean(invoice(bill()))
    assert (document.data, document.told, document.thumbnail) == (whole.data, whole.told, None)


def test_a_page_whose_text_cannot_be_read_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    child = (
        "import pypdfium2 as p; from retkoop.documents import child\n"
        "def fail(page): raise p.PdfiumError('no text')\np.PdfPage.get_textpage = fail; child.answer()"
    )
    whole = clean(invoice(bill()))
    monkeypatch.setattr(apart, "_CHILD", child)
    document = clean(invoice(bill()))
    assert (document.told, document.thumbnail) == (Told(), whole.thumbnail)


def test_an_answer_of_the_child_that_makes_no_sense_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (b"", b"x", b"1 2", b"1 2 x\n", b"-"):
        monkeypatch.setattr(apart, "_CHILD", f"import sys; sys.stdout.buffer.write({answer!r})")
        with pytest.raises(RefusedDocument, match="abîmé"):
            clean(invoice())


# ---- Turned


@pytest.mark.parametrize("quarters", [1, 2, 3, 5, -1])
@pytest.mark.parametrize("kind", KINDS)
def test_it_turns_clockwise_what_the_camera_did_not_note(kind: str, quarters: int) -> None:
    document = turned(made(kind, drawing()), quarters)
    assert resembles(read(document), drawing().rotate(-90 * quarters, expand=True))
    assert document.thumbnail
    assert resembles(Image.open(BytesIO(document.thumbnail)), read(document))
    assert clean(document.data) == document


def test_it_turns_after_what_the_camera_noted() -> None:
    sideways = written(drawing(), "JPEG", exif=exif(6), quality=95)
    assert resembles(read(turned(sideways, 1)), drawing().rotate(180))


def test_four_quarters_are_none() -> None:
    for source in (made(kind, drawing()) for kind in KINDS):
        assert turned(source, 4) == turned(source, 0) == clean(source)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_every_page_is_turned_clockwise(quarters: int) -> None:
    def first_is_askew(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = 270

    document = turned(invoice(first_is_askew, pages=2), quarters)
    pages = opened(document.data).pages
    assert [int(page.get("/Rotate", 0)) for page in pages] == [(270 + 90 * quarters) % 360, 90 * quarters]
    assert clean(document.data) == document


def test_the_small_picture_is_turned_too() -> None:
    document = turned(invoice(bill()), 1)
    assert document.thumbnail
    assert Image.open(BytesIO(document.thumbnail)).size == (120, 240)


@pytest.mark.parametrize("angle", [45, -90, 10**9, "90", 1.5])
def test_a_page_at_an_angle_that_makes_no_sense_is_turned_or_refused(angle: object) -> None:
    def askew(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = angle

    try:
        document = turned(invoice(askew), 1)
    except RefusedDocument:
        return
    assert document.pages == 1


# ---- A page drawn to be read


def scanned(pages: int = 3) -> bytes:
    return clean(pdfs.pdf_of(*(pdfs.jpeg_picture(makers.seen(makers.page(makers.A4, n))) for n in range(pages)))).data


def drawn_page(data: bytes, number: int) -> Image.Image:
    return Image.open(BytesIO(page_picture(data, number)))


def test_each_page_is_drawn_so_that_small_print_is_read() -> None:
    data = scanned()
    for number in (1, 2, 3):
        found = page_picture(data, number)
        picture = Image.open(BytesIO(found))
        assert (picture.format, max(picture.size) <= 1_600, len(found) < 300_000) == ("WEBP", True, True)
        assert makers.legibility(picture, makers.page(makers.A4, number - 1)) > 0.9
        assert makers.legibility(picture, makers.page(makers.A4, number)) < 0.9, "the control: it is another page"


def test_a_page_is_drawn_as_it_is_turned() -> None:
    assert drawn_page(turned(invoice(), 1).data, 1).size == drawn_page(clean(invoice()).data, 1).size[::-1]


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 3), (0.01, 0.01)])
def test_a_page_of_any_size_is_drawn_within_bounds(size: tuple[float, float]) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].MediaBox = [0, 0, *size]

    assert max(drawn_page(invoice(change), 1).size) <= 1_600


@pytest.mark.parametrize("number", [2, 10**9])
def test_a_page_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(RefusedDocument, match="abîmé"):
        page_picture(invoice(pages=1), number)


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.7 rubbish", b"\xff\xd8\xff"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedDocument, match="abîmé"):
        page_picture(data, 1)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("os.kill(os.getpid(), 11)", DAMAGED), ("bytes(9**12)", TOO_MUCH_WORK), ("1 / 0", DAMAGED),
        ("exec('while True: pass')", TOO_MUCH_WORK),
    ],
)  # fmt: skip
def test_a_page_that_breaks_its_drawing_breaks_nothing_else(
    fault: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = (
        "import os; from retkoop.documents import child, drawing; drawing._CPU_SECONDS = 1;"
        f"drawing._drawn = lambda *page: {fault}; child.answer()"
    )
    monkeypatch.setattr(apart, "_CHILD", child)
    with pytest.raises(RefusedDocument) as refused:
        page_picture(invoice(), 1)
    assert refused.value.message == sentence
