"""A plugin that ends its process when it is imported."""

raise SystemExit(3)
