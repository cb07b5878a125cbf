"""Two evaluations side by side."""
