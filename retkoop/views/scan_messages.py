"""What is said of the files that came, until a page shows it: they come one by one, and only the last is answered."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, get_flashed_messages, session

# It lives in the session's cookie, of which a browser keeps 4,096 bytes: so many characters of JSON are kept of the
# documents that came, and of the sentences about others; what is above is counted.
ROOM = {"came": 2_000, "said": 1_000}
# No more than are taken back together.
MOST = 40
_NOTED = "pieces"

Message = dict[str, Any]


def tell_done(text: str, step: int | None) -> None:
    """Say what was done to a scan, with the step that takes it back; without one, nothing was written."""
    said: Any = {"text": text, "steps": [step] if step else []}
    flash(said)


def tell_received(name: str, step: int | None) -> None:
    """Say that a document came in, or that it was there already."""
    if step is None:
        _note("said", [f"{name} : cette pièce y est déjà.", False])
    else:
        _note("came", [name, step])


def tell_refused(name: str, reason: str) -> None:
    """Say why a file is not kept."""
    _note("said", [f"{name} : {reason}", True])


def _note(kind: str, what: list[Any]) -> None:
    noted = session.get(_NOTED, {})
    told = [*noted.get(kind, []), what]
    if len(told) > MOST or len(json.dumps(told)) > ROOM[kind]:
        session[_NOTED] = {**noted, "more": {**noted.get("more", {}), kind: noted.get("more", {}).get(kind, 0) + 1}}
    else:
        session[_NOTED] = {**noted, kind: told}


def take_messages() -> list[Message]:
    """Give what was said since the last page: the documents that came in one sentence, each refusal in its own."""
    noted = session.pop(_NOTED) if _NOTED in session else {}
    more = noted.get("more", {})
    flashed: list[Any] = get_flashed_messages()
    return [
        *_received(noted.get("came", []), more.get("came", 0)),
        *({"text": text, "wrong": wrong} for text, wrong in noted.get("said", [])),
        *_beyond(more.get("said", 0)),
        *(said if isinstance(said, dict) else {"text": said} for said in flashed),
    ]


def _received(came: list[tuple[str, int]], more: int) -> list[Message]:
    if not came:
        return []
    count = "Une pièce reçue" if len(came) == 1 else f"{len(came)} pièces reçues"
    names = ", ".join(name for name, _ in came)
    rest = [{"text": "Une autre pièce reçue." if more == 1 else f"{more} autres pièces reçues."}] if more else []
    return [{"text": f"{count} : {names}.", "steps": [step for _, step in came]}, *rest]


def _beyond(count: int) -> list[Message]:
    if not count:
        return []
    words = "Un autre fichier n’a" if count == 1 else f"{count} autres fichiers n’ont"
    return [{"text": f"{words} pas été ajouté{'s' if count > 1 else ''}.", "wrong": True}]
