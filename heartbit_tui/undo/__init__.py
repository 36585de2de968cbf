"""Undo: what calls did to the files of a workspace is kept, and can be taken back.

Before a call that may write or execute, the workspace is compared with how it was last seen; after it, again. What
changed becomes a record: each path with what it was and what it is, the contents kept once each, compressed, in the data
directory. Going back to any event means going back over all records since, path by path: a plan says what that changes,
what somebody else has changed meanwhile, and what cannot be brought back. What undo itself changes is a record, too, so
an undo can be undone.
"""
