"""The agent, alone: it asks a model, acts with tools, and repeats, on the standard library only."""
