"""Which sub-areas of two evaluations belong together, as people have corrected it."""
