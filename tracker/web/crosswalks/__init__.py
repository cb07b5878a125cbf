"""Which sub-areas belong together, who was made of whom, and where a rise begins."""
