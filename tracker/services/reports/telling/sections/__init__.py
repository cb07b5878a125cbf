"""The sections of a report, each told from its facts: see `telling.Telling`."""
