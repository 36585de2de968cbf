"""A conversation line by line: a prompt that stays usable while the agent works, or plain lines for screen readers."""
