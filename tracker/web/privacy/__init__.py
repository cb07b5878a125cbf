"""What is kept of persons: the register, one's own data, pseudonymising and thinning."""
