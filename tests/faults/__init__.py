"""The fault suite: the promise of DESIGN §5 under everything that can go wrong."""
