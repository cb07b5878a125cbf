"""The plan and the decision that adopts it."""
