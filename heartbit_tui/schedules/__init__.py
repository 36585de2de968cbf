"""When something is to be done without being asked for: at set times, at every beat, and never outside its hours."""
