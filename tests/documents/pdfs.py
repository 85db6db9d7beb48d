"""PDFs as people's machines make them, made here: scans of every kind, and text."""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageChops

from tests.documents.makers import WORDS, written

TEXT = b"BT /F1 18 Tf 20 60 Td (Facture 12) Tj ET"
Change = Callable[[Pdf], None]
Picture = Callable[[Pdf], Stream]


def saved(pdf: Pdf, **options: Any) -> bytes:
    out = BytesIO()
    pdf.save(out, **({"static_id": True} | options))
    return out.getvalue()


def pdf_of(*pictures: Picture | list[Picture], rotate: int = 0, **options: Any) -> bytes:
    """Write a PDF of scans: a page for each picture, or for each list of strips from top to bottom."""
    with pikepdf.new() as pdf:
        for found in pictures:
            strips = found if isinstance(found, list) else [found]
            sheet = pdf.add_blank_page(page_size=(842, 595) if rotate % 180 else (595, 842))
            show(sheet, [strip(pdf) for strip in strips], pdf)
            if rotate:
                sheet.Rotate = rotate
        return saved(pdf, **options)


def show(sheet: pikepdf.Page, streams: list[Stream], pdf: Pdf) -> None:
    _, _, width, height = (float(side) for side in sheet.MediaBox)
    total, top, drawing = sum(int(stream.Height) for stream in streams), height, ""
    sheet.Resources = Dictionary(XObject=Dictionary({f"/Im{at}": stream for at, stream in enumerate(streams)}))
    for at, stream in enumerate(streams):
        part = height * int(stream.Height) / total
        top -= part
        drawing += f"q {width} 0 0 {part} 0 {top} cm /Im{at} Do Q\n"
    sheet.Contents = pdf.make_stream(drawing.encode())


def picture(image: Image.Image, data: bytes, **keys: Any) -> Picture:
    space = {"L": Name.DeviceGray, "1": Name.DeviceGray, "CMYK": Name.DeviceCMYK}.get(image.mode, Name.DeviceRGB)
    plain = {
        "Width": image.width, "Height": image.height, "ColorSpace": space,
        "BitsPerComponent": 1 if image.mode == "1" else 8,
    }  # fmt: skip

    def make(pdf: Pdf) -> Stream:
        return Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, **(plain | keys))

    return make


def jpeg_picture(image: Image.Image, quality: int = 90, **keys: Any) -> Picture:
    return picture(image, written(image, "JPEG", quality=quality), Filter=Name.DCTDecode, **keys)


def flate_picture(image: Image.Image, **keys: Any) -> Picture:
    return picture(image, zlib.compress(image.tobytes(), 6), Filter=Name.FlateDecode, **keys)


def palette_picture(image: Image.Image) -> Picture:
    few = image.quantize(64)
    colours = pikepdf.String(bytes(few.getpalette() or []).ljust(768, b"\0")[:768])
    return flate_picture(few, ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 255, colours]))


def jpx_picture(image: Image.Image) -> Picture:
    data = written(image, "JPEG2000", quality_mode="rates", quality_layers=[8])
    return picture(image, data, Filter=Name.JPXDecode)


def group4(image: Image.Image) -> bytes:
    """Give the bytes of fax compression, black as 1, as a TIFF holds them in one strip."""
    tiff = written(image, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(BytesIO(tiff)) as found:
        start, length = found.tag_v2[273][0], found.tag_v2[279][0]  # type: ignore[attr-defined]
    return tiff[start : start + length]


def fax_picture(image: Image.Image) -> Picture:
    options = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=True)
    return picture(image, group4(image), Filter=Name.CCITTFaxDecode, DecodeParms=options)


def jbig2_picture(image: Image.Image, size: tuple[int, int] | None = None) -> Picture:
    """Wrap fax compression in JBIG2, which knows it as MMR, black as 1; `size` may claim another than the true one."""
    width, height = size or image.size
    about_page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + group4(ImageChops.invert(image))
    parts = ((0, 48, about_page), (1, 38, region))
    data = b"".join(struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body for number, kind, body in parts)
    return picture(image, data, Filter=Name.JBIG2Decode, Width=width, Height=height)


def text_pdf(pages: int = 1, **options: Any) -> bytes:
    """Write the page of print as text, as a shop's or a bank's computer does."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        )
        for number in range(pages):
            sheet = pdf.add_blank_page(page_size=(595, 842))
            sheet.Resources = Dictionary(Font=Dictionary(F1=font))
            lines = (" ".join(WORDS[at : at + 9]) for at in range(number, 30))
            drawing = "".join(f"1 0 0 1 42 {800 - 18 * at} Tm ({line}) Tj\n" for at, line in enumerate(lines))
            sheet.Contents = pdf.make_stream(f"BT /F1 10 Tf\n{drawing}ET".encode("cp1252"))
        return saved(pdf, **options)


# ---- A small one, to be changed


def invoice(change: Change | None = None, pages: int = 1, **options: Any) -> bytes:
    """Write an honest PDF, then change it."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        for number in range(pages):
            page = pdf.add_blank_page(page_size=(200, 100))
            page.Resources = Dictionary(Font=Dictionary(F1=font))
            page.Contents = pdf.make_stream(TEXT + b" %% %d" % number)
        if change:
            change(pdf)
        return saved(pdf, **options)


def with_picture(width: int, height: int, data: bytes, space: Name = Name.DeviceRGB, **more: object) -> Change:
    def change(pdf: Pdf) -> None:
        image = Stream(
            pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, ColorSpace=space,
            **({"BitsPerComponent": 8} | more),
        )  # fmt: skip
        pdf.pages[0].Resources.XObject = Dictionary(Im0=image)
        pdf.pages[0].Contents = pdf.make_stream(b"200 0 0 100 0 0 cm /Im0 Do")

    return change


# ---- What it holds


@functools.cache
def opened(data: bytes) -> Pdf:
    """Open a PDF and hold it, since its objects die with it."""
    return pikepdf.open(BytesIO(data))


def everything(data: bytes) -> bytes:
    """Unfold a PDF, so that what it holds can be searched as plain bytes, brackets in its texts included."""
    with pikepdf.open(BytesIO(data)) as pdf:
        unfolded = saved(
            pdf, qdf=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )  # fmt: skip
    return unfolded.replace(b"\\(", b"(").replace(b"\\)", b")")
