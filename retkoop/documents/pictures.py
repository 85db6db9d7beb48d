"""Pictures inside the pages of a PDF: stripped, and brought down together to what a scanned page may weigh."""

from __future__ import annotations

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String
from PIL import Image, ImageChops

from retkoop.documents.common import DAMAGED, MAX_PIXELS, PAGE_BYTES, TOO_LARGE, RefusedDocument
from retkoop.documents.images import decode, fit, is_compressed_jpeg, shrink
from retkoop.documents.parts import strip_jpeg

MAX_IMAGE_BYTES = 3 * MAX_PIXELS  # decoded: 40 megapixels in colour, far more in black and white
_LIGHT_BYTES = 4_000  # a logo: nothing to be gained
_LEAST_ROOM = PAGE_BYTES // 4  # for the pictures that can be compressed, whatever the others of the page weigh
_SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}
_INVERTED = [1, 0] * 4  # what printers' programs write beside four inks: their JPEG counts the paper that is left
_MAX_DRAWINGS = 500  # on one page, those within others included


def strip(picture: Stream) -> None:
    """Refuse a picture that unfolds to too much; drop the metadata of a photograph."""
    width, height, depth = (_number(picture, key) for key in ("/Width", "/Height", "/BitsPerComponent"))
    if width * height * (depth or 1) * (_channels(picture.get(Name.ColorSpace)) or 4) > 8 * MAX_IMAGE_BYTES:
        raise RefusedDocument(TOO_LARGE)
    if _filter(picture) == "/DCTDecode":
        raw = picture.read_raw_bytes()
        try:
            bare = strip_jpeg(raw)
        except ValueError as fault:
            raise RefusedDocument(DAMAGED) from fault
        if bare != raw:
            picture.write(bare, filter=Name.DCTDecode)


def lighten(pdf: pikepdf.Pdf) -> None:
    """Compress the pictures of each page that weighs too much; a page light enough is left as it is."""
    done: set[tuple[int, int]] = set()
    for page in pdf.pages:
        pictures: dict[tuple[int, int], Stream] = {}
        _gather(page.obj, pictures, set())
        weights = {key: len(picture.read_raw_bytes()) for key, picture in pictures.items()}
        if sum(weights.values()) > PAGE_BYTES:
            heavy = sorted(key for key in pictures.keys() - done if weights[key] > _LIGHT_BYTES)
            _compress([pictures[key] for key in heavy], sum(weights.values()))
        done |= pictures.keys()


def _gather(holder: Object, pictures: dict[tuple[int, int], Stream], visited: set[tuple[int, int]]) -> None:
    """Collect the pictures that a page or a drawing shows, drawings within it and masks included."""
    resources = holder.get(Name.Resources)
    shown = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
    for item in dict(shown).values() if isinstance(shown, Dictionary) else ():
        if not isinstance(item, Stream) or item.objgen in visited:
            continue
        visited.add(item.objgen)
        if item.get(Name.Subtype) == Name.Image:
            found = [item, item.get(Name.SMask)]
            pictures.update({one.objgen: one for one in found if isinstance(one, Stream)})
        elif len(visited) < _MAX_DRAWINGS:
            _gather(item, pictures, visited)


def _compress(pictures: list[Stream], weight: int) -> None:
    """Compress those that can be, so that the page, which weighs so many bytes, holds in its bound."""
    found = [(picture, shrink(image)) for picture in pictures if (image := _pixels(picture))]
    sizes = [len(picture.read_raw_bytes()) for picture, _ in found]
    room = max(PAGE_BYTES - (weight - sum(sizes)), _LEAST_ROOM)
    if sum(sizes) <= room:
        return
    for (picture, _), size, jpeg in zip(found, sizes, fit([image for _, image in found], room), strict=True):
        if len(jpeg) < size:
            _replace(picture, jpeg)


def _pixels(picture: Stream) -> Image.Image | None:
    """Decode a picture that JPEG can hold and that is not compressed to the utmost yet; None for any other."""
    if _is_keyed(picture):
        return None
    if _filter(picture) == "/JPXDecode":
        return _jpeg2000(picture)
    space = picture.get(Name.ColorSpace)
    if _number(picture, "/BitsPerComponent") != 8:
        return None
    if _filter(picture) == "/DCTDecode":
        return _inks(picture) if _is_cmyk(space) else _jpeg(picture, _channels(space))
    if _filter(picture) in ("", "/FlateDecode", "/LZWDecode"):
        return _plain_pixels(picture, _channels(space)) or _palette_pixels(picture, space)
    return None


def _jpeg(picture: Stream, channels: int) -> Image.Image | None:
    jpeg = picture.read_raw_bytes()
    image = decode(jpeg, "JPEG")
    return image if len(image.getbands()) == channels and not is_compressed_jpeg(image, jpeg) else None


def _inks(picture: Stream) -> Image.Image | None:
    """Give the colours that the four inks of a JPEG make on paper; shrunk first, since they weigh the most."""
    found, image = picture.get(Name.Decode), decode(picture.read_raw_bytes(), "JPEG")
    is_inverted = isinstance(found, Array) and list(found) == _INVERTED
    if image.mode != "CMYK" or not (is_inverted or found is None):
        return None
    image = shrink(image)
    # Pillow always takes them as inverted.
    return (image if is_inverted else ImageChops.invert(image)).convert("RGB")


def _jpeg2000(picture: Stream) -> Image.Image | None:
    try:
        image = decode(picture.read_raw_bytes(), "JPEG2000")
    except RefusedDocument:  # readers know more kinds of it than Pillow does
        return None
    return image if image.mode in ("L", "RGB") and Name.Decode not in picture else None


def _plain_pixels(picture: Stream, channels: int) -> Image.Image | None:
    size = (_number(picture, "/Width"), _number(picture, "/Height"))
    needed, pixels = size[0] * size[1] * channels, picture.read_bytes()
    if not 0 < needed <= len(pixels):
        return None
    return Image.frombytes("RGB" if channels == 3 else "L", size, pixels[:needed])


def _palette_pixels(picture: Stream, space: object) -> Image.Image | None:
    """Unfold a palette of a plain kind of colour."""
    if not isinstance(space, Array) or len(space) != 4 or space[0] != Name.Indexed or Name.Decode in picture:
        return None
    image, channels, colours = _plain_pixels(picture, 1), _channels(space[1]), space[3]
    if image is None or not channels or not isinstance(colours, Stream | String):
        return None
    table = colours.read_bytes() if isinstance(colours, Stream) else bytes(colours)
    if channels == 1:
        table = bytes(level for level in table[:256] for _ in "RGB")
    image.putpalette(table[:768].ljust(768, b"\0"))
    return image.convert("RGB")


def _replace(picture: Stream, jpeg: bytes) -> None:
    image = Image.open(BytesIO(jpeg), formats=["JPEG"])
    picture.write(jpeg, filter=Name.DCTDecode)
    picture[Name.Width], picture[Name.Height] = image.size
    if not _channels(picture.get(Name.ColorSpace)):
        picture[Name.ColorSpace], picture[Name.BitsPerComponent] = _SPACES[image.mode], 8
        if Name.Decode in picture:
            del picture[Name.Decode]


def _channels(space: object) -> int:
    """Count the colours of a pixel; 0 for the kinds of colour that JPEG does not hold simply."""
    if isinstance(space, Array) and len(space) == 2 and space[0] == Name.ICCBased:
        return {1: 1, 3: 3}.get(_number(space[1], "/N"), 0)
    kind = space[0] if isinstance(space, Array) and len(space) else space
    known = {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3}
    return known.get(str(kind), 0) if isinstance(kind, Name) else 0


def _is_cmyk(space: object) -> bool:
    if isinstance(space, Array) and len(space) == 2 and space[0] == Name.ICCBased:
        return _number(space[1], "/N") == 4
    return space == Name.DeviceCMYK


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


def _is_keyed(picture: Stream) -> bool:
    """Tell a picture whose exact colours mean something: some are see-through, or mixed with the paper's."""
    mask = picture.get(Name.SMask)
    has_matte = (isinstance(mask, Stream) and Name.Matte in mask) or Name.Matte in picture
    return has_matte or isinstance(picture.get(Name.Mask), Array)
