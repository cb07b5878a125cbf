"""Pages for everybody, without log-in: open plans and their published reports."""
