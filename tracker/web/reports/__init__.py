"""Reports about a plan: made from the data, reviewed, published, read and decided on."""
