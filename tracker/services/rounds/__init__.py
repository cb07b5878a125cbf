"""Follow-up rounds: everyone reports by one date."""
