"""Two or more evaluations side by side, with what was done in between."""
