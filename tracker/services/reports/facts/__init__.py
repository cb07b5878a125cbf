"""What a report tells of: the plan as it stood on a day."""
