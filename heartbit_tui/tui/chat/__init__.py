"""The transcript on the screen: its blocks as pieces of lines, folded and open."""
