"""The daemon as others speak to it: JSON over HTTP, events as they happen, and who may have which of it."""
