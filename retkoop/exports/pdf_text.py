"""Lines of text that WeasyPrint lays out and paints once, however often they come back in a document.

The cahier is thousands of lines of text in a dozen styles: heads of columns, dates, totals carried from page to page.
Placing each of them from nothing takes WeasyPrint half of its time. Here, a line already seen is copied to its new
place, and a new text gets the line of its style with its own width. Only texts that never wrap are concerned
(`white-space: pre`, left to right, alone in their block, beside no float): the rest is WeasyPrint's own work.

`remembering` puts this in WeasyPrint's place for one document. Without it the same document, byte for byte, comes
later: tests/exports/test_pdf_text.py compares them, and notices a WeasyPrint that no longer asks for this. WeasyPrint
gives one style object to all elements styled alike: its identity stands for all that it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, NamedTuple

from weasyprint.draw import text as drawing
from weasyprint.formatting_structure.boxes import Box, TextBox
from weasyprint.layout import block, inline, percent, table
from weasyprint.text import line_break

# What `resolve_percentages` sets on a box.
_SIDES = ("top", "right", "bottom", "left")
_RESOLVED = (
    "width", "min_width", "max_width", "height", "min_height", "max_height",
    *(name.format(side) for name in ("margin_{}", "padding_{}", "border_{}_width") for side in _SIDES),
)  # fmt: skip
_draw_first_line = drawing.draw_first_line


@contextmanager
def remembering() -> Iterator[None]:
    """Have WeasyPrint lay out and paint with the memory of one document."""
    memory = _Memory()
    ours = (
        (block, "iter_line_boxes", memory.lines),
        (block, "resolve_percentages", memory.resolve),
        (table, "resolve_percentages", memory.resolve),
        (line_break, "Layout", _Layout),
        (drawing, "draw_first_line", _paint),
    )
    theirs = [(module, name, getattr(module, name)) for module, name, _ in ours]
    try:
        for module, name, value in ours:
            setattr(module, name, value)
        yield
    finally:
        for module, name, value in theirs:
            setattr(module, name, value)


class _Layout(line_break.Layout):
    """A text for pango, kept from its layout to its painting, then the operator that paints it.

    Texts of one style share what pango prepares for that style, and take their turns in it.
    """

    kept = False
    painted: Any = None

    def with_text(self, text: str) -> _Layout:
        """Give the layout of another text of the same style."""
        other = copy(self)
        other.painted = None
        other.set_text(text)
        return other

    def deactivate(self) -> None:
        """Keep pango ready for a text that never wraps, and for others like it."""
        self.kept = self.style["white_space"] == "pre" and not self.justification_spacing
        if not self.kept:
            super().deactivate()

    def reactivate(self, style: Any) -> None:
        """Have pango ready to paint, unless it is known already what that would give."""
        if not self.kept:
            super().reactivate(style)
        elif self.painted is None:
            self.set_text(self.text)


class _Seen(NamedTuple):
    """A line laid out, where to go on after it, and the corner and width of what contained it."""

    line: Any
    resume_at: Any
    x: float
    y: float
    room: float

    def again(self, box: Any, x: float, y: float) -> tuple[Any, Any]:
        """Give the line at another place, for another box of the same style."""
        line = self.line.copy()
        line.children = [text.copy() for text in line.children]  # none in an empty line
        for copied in (line, *line.children):
            copied.element, copied.element_tag = box.element, box.element_tag
        line.translate(x - self.x, y - self.y)
        return line, self.resume_at


class _Memory:
    """What was laid out in a document.

    Lines are kept by style, width and text, and one by style alone, whose place any other text may take. What boxes
    resolve to is kept with their style, lest another one take its identity.
    """

    def __init__(self) -> None:
        self.seen: dict[tuple[int, int, float, str], list[_Seen]] = {}
        self.models: dict[tuple[int, int], _Seen] = {}
        self.resolved: dict[tuple[int, Any, Any], tuple[Any, dict[str, Any]]] = {}

    def resolve(self, box: Any, containing_block: Any) -> None:
        """Stand for WeasyPrint's `resolve_percentages`: the margins, sizes and borders of a box in another."""
        around, style = containing_block, box.style
        width, height = (around.width, around.height) if isinstance(around, Box) else around
        key = id(style), width, height
        if key in self.resolved:
            box.__dict__.update(self.resolved[key][1])
            return
        percent.resolve_percentages(box, around)
        if style["border_collapse"] != "collapse":  # those borders depend on the neighbours
            self.resolved[key] = style, {name: box.__dict__[name] for name in _RESOLVED}

    def lines(
        self, context: Any, box: Any, y: float, bottom_space: float, skip_stack: Any, around: Any, *more: Any
    ) -> Iterable[tuple[Any, Any]]:
        """Stand for WeasyPrint's `iter_line_boxes`: the lines of a box, from the height `y` down."""

        def laid_out() -> Any:
            return inline.iter_line_boxes(context, box, y, bottom_space, skip_stack, around, *more)

        *_, first_letter_style, first_line_style = more
        if skip_stack or first_letter_style or first_line_style or context.excluded_shapes or not _is_plain(box):
            return laid_out()
        (text,) = box.children
        like = id(box.style), id(text.style)
        x, room = around.content_box_x(), around.width
        key = (*like, room, text.text)
        if key not in self.seen:
            fitted = "\n" not in text.text and like in self.models and _fitted(self.models[like], context, text, room)
            self.seen[key] = [fitted] if fitted else [_Seen(line, after, x, y, room) for line, after in laid_out()]
            if "\n" not in text.text:
                self.models.setdefault(like, self.seen[key][0])
        return (seen.again(box, x, y) for seen in self.seen[key])


def _is_plain(box: Any) -> bool:
    """Tell whether a line holds one text that only its own glyphs make wide."""
    style = box.style
    return bool(
        len(box.children) == 1
        and type(box.children[0]) is TextBox
        and "\t" not in box.children[0].text
        and style["white_space"] == "pre"
        and style["direction"] == "ltr"
        and style["font_size"] > 0
        and style["letter_spacing"] == style["overflow_wrap"] == "normal"
        and not style["word_spacing"]
        and style["block_ellipsis"] == "none"
        and box.text_overflow == "clip"
    )


def _fitted(model: _Seen, context: Any, text: Any, room: float) -> _Seen | None:
    """Put another text into the line of its style; None if it is of another height, by its font, or has no room."""
    (old,) = model.line.children
    layout = old.pango_layout.with_text(text.text)
    first_line, _ = layout.get_first_line()
    *_, width, height, baseline = line_break.first_line_metrics(first_line, text.text, layout, None, False, text.style)
    if width > room or old.width > model.room or height != old.height or baseline + old.margin_top != old.baseline:
        return None
    line, new = model.line.copy(), old.copy()
    line.children = [new]
    new.text, new.width, new.pango_layout = layout.text, width, layout
    line.width += width - old.width
    align = inline.text_align
    line.translate(align(context, line, room, last=True) - align(context, model.line, model.room, last=True))
    return model._replace(line=line, room=room)


def _paint(stream: Any, box: Any, text_overflow: Any, block_ellipsis: Any, matrix: Any) -> Any:
    """Stand for WeasyPrint's `draw_first_line`: a text painted before is painted again by the same operator."""
    layout = box.pango_layout
    if layout.painted is not None:
        font, glyphs = layout.painted
        stream.set_text_matrix(*matrix.values)
        stream.set_font_size(*font)
        stream.stream.append(glyphs)
        return []
    before = len(stream.stream)
    emojis = _draw_first_line(stream, box, text_overflow, block_ellipsis, matrix)
    if layout.kept and not emojis and _is_one_run(stream.stream[before:]):
        layout.painted = stream._current_font, stream.stream[-1]
    return emojis


def _is_one_run(operators: Sequence[bytes]) -> bool:
    """Tell whether a text was painted at once: its place, its font unless it was the one before, its glyphs."""
    return len(operators) == 2 or (len(operators) == 3 and operators[1].endswith(b" Tf"))
