"""The blueprint that the pages of this task hang on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("references", __name__)
