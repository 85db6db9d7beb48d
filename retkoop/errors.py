"""Refusals: what a person or a program asked for and cannot have, with the sentence that says why."""

from __future__ import annotations


class Refusal(Exception):
    """Something refused for a reason that the person can read; `status` is its HTTP answer."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refusal):
    """The object does not exist, or is not this person's: both get the same answer."""

    status = 404


class Forbidden(Refusal):
    """The person may see the object but not do this to it."""

    status = 403


class Conflict(Refusal):
    """The object changed, or its year is closed, since the person looked at it."""

    status = 409


class Busy(Refusal):
    """Too many writes at the same moment: to be tried again."""

    status = 503
