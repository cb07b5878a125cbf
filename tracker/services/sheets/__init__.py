"""Actions out to a spreadsheet, and back in."""
