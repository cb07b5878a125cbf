"""The demo: a made-up municipality on its second evaluation, with a plan in full swing."""

from tracker.services.demo.loading import DemoPerson, demo_logins, load_demo

__all__ = ["DemoPerson", "demo_logins", "load_demo"]
