"""What is kept of persons: told to them, taken out, and thinned when it has had its time."""
