"""The box at the bottom where the person types: text with a cursor, and all that keys do to it."""
