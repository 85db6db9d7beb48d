"""Scans in an S3-compatible bucket: one object for each content, put in one request, so whole or absent."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BufferedIOBase
from typing import TYPE_CHECKING
from urllib.parse import unquote

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from retkoop.errors import Busy, NotFound, Refusal
from retkoop.storage import ABSENT, named

if TYPE_CHECKING:
    from obstore.store import S3Config

AWAY = "Les pièces ne sont pas accessibles pour le moment\u00a0: réessayez dans un instant."
CLOSED = "Les pièces ne sont pas accessibles\u00a0: leur stockage refuse les clés de Retkoop. Prévenez-en l’AD."
_EXAMPLES = "«\u00a0s3://seau\u00a0» ou «\u00a0s3://seau?endpoint=https://adresse\u00a0»"
_UNREADABLE = f"Adresse de stockage s3 illisible\u00a0: écrivez {_EXAMPLES}."
_KEYLESS = "Stockage s3\u00a0: AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY sont obligatoires."

_ADDRESS = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/?"
    r"(?:\?endpoint=(?P<endpoint>https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?(?:/[\w./-]*)?))?"
)
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
# A scan of 15 MB over a slow line; a person does not wait longer.
_REQUEST = timedelta(seconds=20)
_CONNECTION = timedelta(seconds=3)
_RETRIES = 2
# What one request brings of a large result: a reader may be slow between two of them, never within one.
_PIECE = 4 << 20
# The name of nothing that anybody could send.
_NOBODY = "0" * 64


class BucketStorage:
    """Content-addressed bucket, with the same names as the folder has."""

    def __init__(self, bucket: str, endpoint: str = "") -> None:
        # Amazon names the bucket in the host; any other server is only known by the address that was given.
        ours: S3Config = {"aws_endpoint_url_s3": endpoint} if endpoint else {"virtual_hosted_style_request": True}
        self._store = S3Store(
            bucket,
            config=ours,
            client_options={
                "allow_http": endpoint.startswith("http:"),
                "timeout": _REQUEST,
                "connect_timeout": _CONNECTION,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _REQUEST / 2},
        )

    def put(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256; put again, they only take the place of their like."""
        digest = hashlib.sha256(data).hexdigest()
        with _said_in_french():
            # In one request: parts sent one by one would be left behind by a cut.
            obstore.put(self._store, named(digest), data, use_multipart=False)
        return digest

    def put_file(self, file: BufferedIOBase) -> str:
        """Keep what a file holds, in parts when it is large: the library gives them up when one does not arrive."""
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        with _said_in_french():
            obstore.put(self._store, named(digest), file)
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes back; raise NotFound when there are none by this name, Busy when the bucket is silent."""
        name = named(digest)
        with _said_in_french():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError:
                raise NotFound(ABSENT) from None

    def chunks(self, digest: str) -> Iterator[bytes]:
        """Give the bytes piece by piece, each by a request of its own; raise NotFound at once when there are none.

        The last piece is only given once all are known to be what was put: what changes or goes meanwhile raises Busy.
        """
        name = named(digest)
        with _said_in_french():
            try:
                size = obstore.head(self._store, name)["size"]
            except (FileNotFoundError, NotFound):
                raise NotFound(ABSENT) from None
        return self._pieces(digest, size)

    def _pieces(self, digest: str, size: int) -> Iterator[bytes]:
        seen = hashlib.sha256()
        for start in range(0, size, _PIECE):
            with _said_in_french():
                end = min(start + _PIECE, size)
                piece = bytes(obstore.get_range(self._store, named(digest), start=start, end=end))
            seen.update(piece)
            if end == size and seen.hexdigest() != digest:
                raise Busy(AWAY)
            yield piece

    def delete(self, digest: str) -> None:
        """Take the object away; the library says nothing of one that is not there."""
        with _said_in_french():
            obstore.delete(self._store, named(digest))

    def has(self, digest: str) -> bool:
        """Tell whether get() would find it; raise Busy when the bucket is silent."""
        with _said_in_french():
            try:
                obstore.head(self._store, named(digest))
            except (FileNotFoundError, NotFound):
                return False
        return True

    def check(self) -> None:
        """Raise Busy when the bucket does not answer, is not there or refuses our keys."""
        self.has(_NOBODY)  # which says when our keys are refused; but a missing bucket has no scan either
        with _said_in_french():
            obstore.list(self._store, prefix=named(_NOBODY)).collect()


def open_bucket(url: str, environ: Mapping[str, str] = os.environ) -> BucketStorage:
    """Open `s3://bucket?endpoint=address`; keys and region come from the AWS_* variables. Raise Refusal."""
    found = _ADDRESS.fullmatch(unquote(url))
    if found is None:
        # An address may hold a key by mistake: nothing of it is repeated.
        raise Refusal(_UNREADABLE)
    # Without them the library asks the machine's own cloud for some, at length.
    if not all(environ.get(name) for name in _KEYS):
        raise Refusal(_KEYLESS)
    return BucketStorage(found["bucket"], found["endpoint"] or environ.get("AWS_ENDPOINT_URL", ""))


@contextmanager
def _said_in_french() -> Iterator[None]:
    """Turn what the library says (addresses, headers) into a sentence that holds none of it."""
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError):
        raise Busy(CLOSED) from None
    except (BaseError, OSError):
        raise Busy(AWAY) from None
