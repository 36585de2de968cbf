"""Markdown as models write it, cut into pieces while it streams and set in lines when it is looked at."""
