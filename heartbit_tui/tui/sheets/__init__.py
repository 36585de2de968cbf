"""What is laid over the draft while the agent waits for a person: an approval or a question."""
