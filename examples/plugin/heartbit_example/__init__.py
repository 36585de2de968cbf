"""A tool, a provider, a guardrail and a memory store for heartbit."""
