"""What the forms of the tables beside the cahier have in common."""

from __future__ import annotations

import re

from wtforms import HiddenField

from retkoop.forms.fields import BaseForm

_SEPARATOR = re.compile(r"\s+[–—-]\s+")


class VersionedForm(BaseForm):
    """A form of a line that several people may change: it carries the version that was read."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """Give the version that the person saw; 0, which no line has, when there is none."""
        text = (self.version.data or "")[:9]
        return int(text) if text.isdecimal() else 0


def who_and_what(label: str) -> tuple[str, str]:
    """Cut the label of an entry, « Qui c’est – Ce que c’est »; the second part may be empty."""
    who, *what = _SEPARATOR.split(label, maxsplit=1)
    return who.strip(), (what[0].strip() if what else "")
