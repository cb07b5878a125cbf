"""How other municipalities were scored: bringing it in, and what it says."""
