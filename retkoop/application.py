"""Put the application together: one named step each."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from retkoop import cli, db
from retkoop.config import Config
from retkoop.storage import open_storage

ROOT = Path(__file__).parent.parent


def create_app(config: Config | None = None) -> Flask:
    """Make the application from a configuration, or from the environment."""
    app = Flask("retkoop", root_path=str(ROOT / "retkoop"), template_folder=str(ROOT / "templates"),
                static_folder=str(ROOT / "static"), instance_path=str(ROOT / "instance"))  # fmt: skip
    config = config or Config.read(os.environ, Path(app.instance_path))
    app.config["RETKOOP"] = config
    app.config["SECRET_KEY"] = config.secret_key
    app.config["STORAGE"] = open_storage(config.storage_url)
    db.database.initialize(db.open_database(config.database_url))
    cli.init_app(app)
    return app
