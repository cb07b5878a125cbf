"""Other municipalities' scores, and our own over time beside them."""
