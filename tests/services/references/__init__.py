"""How other municipalities were scored."""
