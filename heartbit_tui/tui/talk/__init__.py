"""Sessions as a person follows them: opened, spoken to, left; knows no screen."""
