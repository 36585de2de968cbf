"""Colours: one TOML file a theme, read, checked, and turned into what is drawn with."""
