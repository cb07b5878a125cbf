"""Measurements, as ratios of one run; `make bench` prints them."""
