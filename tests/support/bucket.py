"""A real S3 server on this machine, and lines to it that break."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import boto3

from tests.support.server import START_SECONDS, free_port

BUCKET = "pieces-des-tests"
KEYS = {
    "AWS_ACCESS_KEY_ID": "cle-des-tests",
    "AWS_SECRET_ACCESS_KEY": "secret-des-tests",
    "AWS_REGION": "eu-west-3",
    "AWS_DEFAULT_REGION": "eu-west-3",
}


class Bucket:
    """One empty bucket on one server, looked at by another library than ours."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.url = f"s3://{BUCKET}?endpoint={self.endpoint}"
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id="looker", aws_secret_access_key="looker",
            region_name=KEYS["AWS_REGION"],
        )  # fmt: skip

    def make(self) -> None:
        """Make the bucket."""
        place = {"LocationConstraint": KEYS["AWS_REGION"]}
        self.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)

    def names(self) -> list[str]:
        """Give the names of what it holds."""
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return sorted(item["Key"] for item in found)

    def read(self, name: str) -> bytes:
        """Give what it holds under a name."""
        data: bytes = self.client.get_object(Bucket=BUCKET, Key=name)["Body"].read()
        return data

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()


@contextmanager
def s3_server() -> Iterator[tuple[subprocess.Popen[bytes], Bucket]]:
    """Start a server in a process of its own, with the bucket made; it is killed at the end of the block."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    null = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=null, stdout=null, stderr=null) as server:
        bucket = Bucket(port)
        try:
            _wait_for(port)
            bucket.make()
            yield server, bucket
        finally:
            bucket.close()
            server.kill()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the S3 server did not start")


@contextmanager
def cut_line(target: int, sent: int, received: int) -> Iterator[int]:
    """Give a port that leads to another, and whose every connection breaks after so many bytes either way."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threads.append(threading.Thread(target=_relay, args=(client, target, sent, received), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=serve, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [acceptor, *threads]:
            thread.join(5)


def _relay(client: socket.socket, target: int, sent: int, received: int) -> None:
    with client, socket.create_connection(("127.0.0.1", target)) as server:
        there = threading.Thread(target=_pour, args=(client, server, sent), daemon=True)
        there.start()
        _pour(server, client, received)
        there.join(5)


def _pour(source: socket.socket, sink: socket.socket, most: int) -> None:
    """Carry bytes until the line ends or breaks; a broken one is closed both ways."""
    with suppress(OSError):
        while most > 0 and (data := source.recv(min(65_536, most))):
            sink.sendall(data)
            most -= len(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def silent_server() -> Iterator[int]:
    """Give a port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@contextmanager
def answering(status: str) -> Iterator[int]:
    """Give a port that answers every request with this status and nothing else."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.recv(65_536)
                    client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        server.join(5)
