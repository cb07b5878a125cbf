"""The improvement points."""
