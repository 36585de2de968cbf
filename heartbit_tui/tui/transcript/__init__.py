"""What the screen shows of a session, folded from its envelopes; knows no screen."""
