"""One PostgreSQL server for the whole run, with pytest-xdist or without; started when first needed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.postgres import PostgresError, PostgresServer

FOLDER = "postgres_folder"
server_key = pytest.StashKey[PostgresServer]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Start the server in xdist's controller, before its first worker, and tell each worker where it is."""
    try:
        node.workerinput[FOLDER] = str(_server_of(node.config).folder)
    except PostgresError:
        # Tests that need no PostgreSQL still run; the fixture will give the reason to the others.
        return


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, in the process that started it."""
    server = config.stash.get(server_key, None)
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> PostgresServer:
    """Give the run's PostgreSQL server."""
    folder = getattr(pytestconfig, "workerinput", {}).get(FOLDER)
    return PostgresServer.attach(folder) if folder else _server_of(pytestconfig)


def _server_of(config: pytest.Config) -> PostgresServer:
    if server_key not in config.stash:
        config.stash[server_key] = PostgresServer.start()
    return config.stash[server_key]
