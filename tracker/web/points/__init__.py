"""The improvement points: the list, one point, the worksheet, the picture and the answers."""

from flask import Blueprint

bp = Blueprint("points", __name__)
