"""Taking everything out: the administrator's export."""
