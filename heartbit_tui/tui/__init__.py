"""The full screen: a conversation, its timeline and its questions in one Textual application."""
