"""What the municipality's own log-in gives: roles by claim, and accounts to be linked."""
