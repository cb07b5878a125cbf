"""Content to bytes: the files that people take out of the product."""
