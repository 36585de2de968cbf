"""Saves what is left in a damaged session file: read page by page, without trusting anything that the file says of itself.

`saving.save` makes a new file of what is whole in an old one, `swap` puts it into the place of the old one so that a kill
at any moment leaves one of the two, and `repair.Repair` does both and tells what was found, saved and lost.
"""
