"""Answering from a mail, without logging in."""
