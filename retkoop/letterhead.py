"""The head of the papers of an association: its name, its logo when it has one, how it is reached."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from flask import current_app

from retkoop.ad_settings import Profile


def letterhead(association: Profile) -> dict[str, Any]:
    """Give what the head of a paper needs: the logo as an address that holds it, whose it is, how it is reached."""
    return head_of(association.name, association.logo, association.lines[1:])


def head_of(name: str, logo: str, reached: Sequence[str]) -> dict[str, Any]:
    """Give the head of a paper from what was kept of an association; `logo` is a digest of the storage, or empty."""
    picture = b64encode(current_app.config["STORAGE"].get(logo)).decode() if logo else ""
    return {
        "logo": f"data:image/png;base64,{picture}" if picture else "",
        "association": name,
        "sender": tuple(reached),
    }
