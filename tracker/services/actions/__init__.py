"""Actions: how they are worded, changed, carried out, found and shown."""
