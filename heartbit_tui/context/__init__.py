"""What a model is told around the conversation: who it is, what the project wants, and how much it gets to see."""
