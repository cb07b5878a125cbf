"""Accounts: passwords, log-ins, sessions, keys in letters, and what a person prefers."""
