"""A plan's life: drafted, adopted, followed up, closed, and carried into the next period."""
