"""What people do to a report until it is published, and its versions."""
