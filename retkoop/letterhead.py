"""The head of the papers of an association: its name, and its logo when it has one."""

from __future__ import annotations

from base64 import b64encode

from flask import current_app

from retkoop.ad_settings import Profile


def letterhead(association: Profile) -> dict[str, str]:
    """Give what the head of a paper needs: the logo as an address that holds it, and what it stands for."""
    if not association.logo:
        return {"logo": "", "association": association.name}
    picture = b64encode(current_app.config["STORAGE"].get(association.logo)).decode()
    return {"logo": f"data:image/png;base64,{picture}", "association": association.name}
