"""The pack for the next evaluation: what has changed since the last, with evidence and dates."""
