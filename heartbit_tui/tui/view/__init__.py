"""A run that is over, or that another process is at, seen on the same screen: read from a file, replayed, never changed."""
