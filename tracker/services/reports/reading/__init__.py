"""Published reports as lists, pages and files."""
