"""The first frame: painted before anything heavy is imported, and what is typed meanwhile."""
