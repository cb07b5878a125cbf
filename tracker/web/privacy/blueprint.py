"""The blueprint that the modules of this task hang their pages on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("privacy", __name__)
