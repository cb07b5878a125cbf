"""Whether the machinery lives, and who did what."""
