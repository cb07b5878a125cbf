"""Units and committees: the administrator's map of the municipality."""
