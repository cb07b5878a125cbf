"""What a person makes of a report that was read: a working copy beside what the reader saw."""
