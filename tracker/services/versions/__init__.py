"""A report read again: laid beside the evaluation that is kept, accepted as its next version."""
