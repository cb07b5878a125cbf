"""Follow-up rounds."""
