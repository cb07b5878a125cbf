"""What the public may read: which plans are open, and what of them, always without names."""
