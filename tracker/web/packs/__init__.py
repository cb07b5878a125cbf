"""What the next evaluation will meet: the pack for it, and what history would suggest."""
