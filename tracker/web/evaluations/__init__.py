"""Reading reports, reviewing drafts, and looking at evaluations."""
