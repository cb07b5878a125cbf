"""Actions: the plan's list, one action's page, a person's own, and every step of an action."""

from flask import Blueprint

bp = Blueprint("actions", __name__)
