"""A demonstration that needs no model: a small repository with a failing test, and a script that mends it."""
