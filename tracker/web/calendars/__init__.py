"""A person's own calendar: its secret address, and what stands behind it."""
