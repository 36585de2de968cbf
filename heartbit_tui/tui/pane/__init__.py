"""A window onto lines that are made when they are looked at: as fast with a million of them as with ten."""
