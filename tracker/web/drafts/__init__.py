"""Settling what was read of a report: beside its source, item by item, until it is accepted."""
