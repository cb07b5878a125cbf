"""Åtgärda: from evaluation to action, and proof that it worked. Here is only the factory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Config

ROOT = Path(__file__).resolve().parent.parent


def create_app(config: Config | None = None) -> Flask:
    """Build the application from `config` (default: the environment)."""
    from config import from_environment

    config = config or from_environment()  # first, so that what is missing is told at once
    # Imported here so that the pure rooms below can be used without the web's weight.
    from flask import Flask

    from tracker import cli, web
    from tracker.extensions import babel, csrf, db, keys, login_manager, migrate, prepare_engine
    from tracker.models import Base

    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.from_mapping(config.flask())
    app.extensions["settings"] = config
    keys.init_app(app, config.secret_key, config.old_secret_keys)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, Base, directory=str(ROOT / "migrations"))
    login_manager.init_app(app)
    csrf.init_app(app)
    web.register(app, babel)
    cli.register(app)
    return app
