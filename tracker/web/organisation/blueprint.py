"""The blueprint on which the pages about the organisation hang."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("organisation", __name__, url_prefix="/organisation")
