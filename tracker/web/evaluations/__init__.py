"""Bringing reports in, and looking at evaluations."""
