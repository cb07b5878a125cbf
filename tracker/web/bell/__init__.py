"""The bell: what one is reminded of, put away and taken out again."""
