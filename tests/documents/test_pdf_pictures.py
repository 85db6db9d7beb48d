"""Pictures in the pages of a PDF: stripped, and light enough together for a scanned page."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image, ImageChops, ImageFilter

from retkoop.documents import CleanDocument, clean
from retkoop.documents.pdf import scrub
from tests.documents.makers import A4, correlation, drawing, grain, looks, resembles, written
from tests.documents.pdfs import (
    Picture,
    flate_picture,
    invoice,
    jpx_picture,
    opened,
    palette_picture,
    pdf_of,
    picture,
    with_picture,
)


def first_picture(data: bytes) -> Stream:
    stream = opened(data).pages[0].Resources.XObject.Im0
    assert isinstance(stream, Stream)
    return stream


def test_a_heavy_scan_is_compressed() -> None:
    scan = grain(2_480, 1_754).filter(ImageFilter.GaussianBlur(3))
    for data, more in (
        (written(scan, "JPEG", quality=95), {"Filter": Name.DCTDecode}),
        (zlib.compress(scan.tobytes(), 1), {"Filter": Name.FlateDecode}),
    ):
        source = invoice(with_picture(*scan.size, data, **more))
        light = scrub(source)[0]
        assert len(light) < len(source) / 2
        assert (first_picture(light).Width, first_picture(light).Height) == (2_000, 1_415)
        assert Image.open(BytesIO(first_picture(light).read_raw_bytes())).size == (2_000, 1_415)


def test_a_light_picture_keeps_its_pixels() -> None:
    for space, mode in ((Name.DeviceRGB, "RGB"), (Name.DeviceGray, "L")):
        logo = grain(90, 60).convert(mode)
        source = invoice(with_picture(90, 60, zlib.compress(logo.tobytes()), space, Filter=Name.FlateDecode))
        assert first_picture(scrub(source)[0]).read_bytes() == logo.tobytes()


def test_a_photograph_in_a_page_loses_where_it_was_taken() -> None:
    notes = Image.Exif()
    notes[0x010F] = "48.8566 N"
    photograph = written(grain(300, 200), "JPEG", exif=notes, quality=75, comment=b"48.8566 N")
    light = scrub(invoice(with_picture(300, 200, photograph, Filter=Name.DCTDecode)))[0]
    assert b"48.8566 N" in photograph
    kept = first_picture(light).read_raw_bytes()
    assert b"48.8566 N" not in kept
    assert Image.open(BytesIO(kept)).tobytes() == Image.open(BytesIO(photograph)).tobytes()


SEPARATION = Array([Name.Separation, Name.Or, Name.DeviceCMYK, Dictionary(FunctionType=2, Domain=[0, 1], N=1)])


@pytest.mark.parametrize(
    "keys", [{"ColorSpace": SEPARATION}, {"Mask": Array([0, 5])}, {"Matte": Array([0])}, {"BitsPerComponent": 4}]
)
def test_a_picture_of_a_rare_kind_is_left_as_it_is(keys: dict[str, object]) -> None:
    image = grain(1_500, 1_200).convert("L")
    source = pdf_of(flate_picture(image, **keys))
    assert len(source) > 300_000
    assert first_picture(scrub(source)[0]).read_bytes() == image.tobytes()


@pytest.mark.parametrize("make", [palette_picture, jpx_picture])
def test_a_heavy_palette_and_a_jpeg_2000_become_a_photograph(make: Callable[[Image.Image], Picture]) -> None:
    image = photographed((1_500, 1_200))
    source = pdf_of(make(image))
    light = scrub(source)[0]
    assert len(source) > 300_000 > len(light)
    found = first_picture(light)
    assert (found.Filter, found.ColorSpace, found.BitsPerComponent) == (Name.DCTDecode, Name.DeviceRGB, 8)
    assert resembles(Image.open(BytesIO(found.read_raw_bytes())), image.resize((found.Width, found.Height)))
    assert scrub(light)[0] == light


def photographed(size: tuple[int, int]) -> Image.Image:
    """Draw colours with grain, which palettes and JPEG both hold well."""
    colours = drawing(*size).filter(ImageFilter.GaussianBlur(200))
    return Image.blend(colours, grain(*size), 0.15)


def test_a_jpeg_2000_that_we_cannot_read_is_left_as_it_is() -> None:
    image = grain(900, 700)
    source = pdf_of(picture(image, b"\0" * 400_000, Filter=Name.JPXDecode))
    assert first_picture(scrub(source)[0]).read_raw_bytes() == b"\0" * 400_000


def test_a_grey_palette_keeps_its_greys() -> None:
    image, greys = grain(1_500, 1_200).convert("L"), bytes(range(255, -1, -1))
    space = Array([Name.Indexed, Name.DeviceGray, 255, String(greys)])
    found = first_picture(scrub(pdf_of(flate_picture(image, ColorSpace=space)))[0])
    inverted = image.point(lambda level: 255 - level).resize((found.Width, found.Height))
    assert resembles(Image.open(BytesIO(found.read_raw_bytes())), inverted)


@pytest.mark.parametrize("base", [Name.DeviceGray, Name.DeviceCMYK, Array([Name.ICCBased])])
@pytest.mark.parametrize("table", [bytes(3), bytes(2_000), b""])
def test_a_palette_of_any_make_comes_through(base: object, table: bytes) -> None:
    image = grain(1_500, 1_200).convert("L")
    source = pdf_of(flate_picture(image, ColorSpace=Array([Name.Indexed, base, 255, String(table)])))
    assert scrub(scrub(source)[0]) == scrub(source)


def pictures(*found: tuple[Image.Image, dict[str, object]], pages: int = 1, within: int = 0) -> bytes:
    """Write pages that each show the same pictures, in drawings within drawings."""

    def change(pdf: Pdf) -> None:
        streams = {}
        for number, (image, filtered) in enumerate(found):
            is_photograph = filtered["Filter"] == Name.DCTDecode
            data = written(image, "JPEG", quality=92) if is_photograph else zlib.compress(image.tobytes(), 1)
            streams[f"/Im{number}"] = picture(image, data, **filtered)(pdf)
        shown = pdf.make_indirect(Dictionary(streams))
        for _ in range(within):
            drawing = pdf.make_stream(b"/Im0 Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
            drawing.Resources = Dictionary(XObject=shown)
            shown = pdf.make_indirect(Dictionary(X0=drawing))
        for page in pdf.pages:
            page.Resources.XObject = shown

    return invoice(change, pages=pages)


PHOTOGRAPH: dict[str, object] = {"Filter": Name.DCTDecode}
DRAWING: dict[str, object] = {"Filter": Name.FlateDecode}


@pytest.mark.parametrize("within", [0, 1, 3])
def test_a_page_of_many_pictures_weighs_what_a_page_may(within: int) -> None:
    strips = [(grain(2_480, 220).filter(ImageFilter.GaussianBlur(2)), PHOTOGRAPH) for _ in range(16)]
    source = pictures(*strips, within=within)
    light = scrub(source)[0]
    assert len(source) > 1_000_000
    assert len(light) < 300_000
    assert scrub(light)[0] == light


def test_a_page_of_many_photographs_holds_in_the_memory_of_the_child() -> None:
    photograph = grain(3_000, 2_000).filter(ImageFilter.GaussianBlur(6))
    source = pictures(*[(photograph, PHOTOGRAPH) for _ in range(20)])
    assert len(source) > 8_000_000
    assert len(clean(source).data) < 300_000


def test_pictures_that_several_pages_share_are_compressed_once() -> None:
    source = pictures((grain(2_480, 1_754), PHOTOGRAPH), (grain(500, 400).convert("L"), DRAWING), pages=3)
    light = scrub(source)[0]
    assert len(light) < 300_000
    assert scrub(light) == (light, 3)


def test_a_light_page_keeps_its_pictures_as_they_are() -> None:
    source = pictures((grain(300, 200), PHOTOGRAPH), (grain(90, 60), DRAWING))
    before, after = (opened(data).pages[0].Resources.XObject for data in (source, scrub(source)[0]))
    assert after.Im0.read_raw_bytes() == before.Im0.read_raw_bytes()
    assert after.Im1.read_bytes() == before.Im1.read_bytes()


def test_what_cannot_be_compressed_does_not_starve_the_rest() -> None:
    colours = grain(1_500, 1_000)
    whole = pictures((colours, {**DRAWING, "Mask": Array([0, 0, 0, 0, 0, 0])}), (grain(2_400, 1_700), PHOTOGRAPH))
    light = scrub(whole)[0]
    shown = opened(light).pages[0].Resources.XObject
    assert shown.Im0.read_bytes() == colours.tobytes()
    assert shown.Im1.Width >= 1_200
    assert len(shown.Im1.read_raw_bytes()) < 300_000
    assert scrub(light)[0] == light


def test_drawings_that_show_each_other_end() -> None:
    def tangled(pdf: Pdf) -> None:
        forms = [pdf.make_stream(b"/A Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]) for _ in range(40)]
        shown = pdf.make_indirect(Dictionary({f"/F{number}": form for number, form in enumerate(forms)}))
        for form in forms:
            form.Resources = Dictionary(XObject=shown)
        pdf.pages[0].Resources.XObject = shown

    assert scrub(invoice(tangled))[1] == 1


# ---- Four inks, as printers' programs scan


def inks_picture(image: Image.Image, inverted: bool, space: object = Name.DeviceCMYK) -> Picture:
    """Write a JPEG of four inks. Pillow writes the paper that is left, as most do: a reader is told to invert it."""
    inks = image.convert("CMYK")
    written_inks = inks if inverted else ImageChops.invert(inks)
    keys: dict[str, object] = {"Decode": Array([1, 0] * 4)} if inverted else {}
    return picture(inks, written(written_inks, "JPEG", quality=95), Filter=Name.DCTDecode, ColorSpace=space, **keys)


def seen_by_readers(data: bytes) -> Image.Image:
    (sheet,) = looks(CleanDocument(data, "application/pdf", "pdf"))
    return sheet


@pytest.mark.parametrize("inverted", [True, False])
def test_a_heavy_jpeg_of_four_inks_becomes_a_photograph_of_the_same_colours(inverted: bool) -> None:
    image = photographed(A4)
    source = pdf_of(inks_picture(image, inverted))
    light = scrub(source)[0]
    assert len(source) > 1_000_000
    assert len(light) < 300_000
    found = first_picture(light)
    assert (found.Filter, found.ColorSpace, Name.Decode in found) == (Name.DCTDecode, Name.DeviceRGB, False)
    assert resembles(Image.open(BytesIO(found.read_raw_bytes())), image.resize((found.Width, found.Height)))
    # Readers mix inks each in their own way: less bright than ours, and the same picture all the same.
    assert correlation(*(seen_by_readers(data).convert("L") for data in (source, light))) > 0.95
    assert scrub(light)[0] == light


def test_four_inks_told_by_a_profile_are_lightened_too() -> None:
    def change(pdf: Pdf) -> Stream:
        profile = pdf.make_stream(b"", N=4, Alternate=Name.DeviceCMYK)
        return inks_picture(photographed(A4), True, Array([Name.ICCBased, profile]))(pdf)

    assert len(scrub(pdf_of(change))[0]) < 300_000


def test_a_light_jpeg_of_four_inks_keeps_them() -> None:
    source = pdf_of(inks_picture(grain(300, 200), True))
    kept = first_picture(scrub(source)[0])
    assert (kept.ColorSpace, list(kept.Decode)) == (Name.DeviceCMYK, [1, 0] * 4)
    assert kept.read_raw_bytes() == first_picture(source).read_raw_bytes()


@pytest.mark.parametrize(
    "keys",
    [
        {"Decode": Array([0, 1, 1, 0, 0, 1, 0, 1])}, {"Decode": Array([String("x")])}, {"Decode": Name.Rien},
        {"ColorSpace": Array([Name.ICCBased, String("x")])},
    ],
)  # fmt: skip
def test_inks_that_are_mixed_in_another_way_are_left_as_they_are(keys: dict[str, object]) -> None:
    inks = grain(1_500, 1_200).convert("CMYK")
    source = pdf_of(picture(inks, written(inks, "JPEG", quality=95), Filter=Name.DCTDecode, **keys))
    assert len(source) > 300_000
    assert first_picture(scrub(source)[0]).read_raw_bytes() == first_picture(source).read_raw_bytes()


def test_a_jpeg_of_three_colours_that_says_four_is_left_as_it_is() -> None:
    image = grain(1_500, 1_200)
    source = pdf_of(
        picture(image, written(image, "JPEG", quality=95), Filter=Name.DCTDecode, ColorSpace=Name.DeviceCMYK)
    )
    assert first_picture(scrub(source)[0]).read_raw_bytes() == first_picture(source).read_raw_bytes()
