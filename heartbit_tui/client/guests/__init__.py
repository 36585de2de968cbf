"""A session seen by guests: what they may look at and do there, as a table that the daemon answers by and a guest asks by."""
