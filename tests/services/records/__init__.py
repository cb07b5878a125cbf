"""The complete export, below the web."""
