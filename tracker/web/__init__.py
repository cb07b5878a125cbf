"""The web room: views that translate between pages and services, and nothing else."""

from tracker.web.shell import register

__all__ = ["register"]
