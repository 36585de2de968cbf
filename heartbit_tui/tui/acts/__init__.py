"""What each action of the screen does."""
