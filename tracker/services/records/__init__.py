"""The whole of what is kept here, taken out in open formats (the right to leave)."""
