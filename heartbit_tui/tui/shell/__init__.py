"""Commands that the person runs from the draft: `!cmd`, and `!!cmd`, of which the model learns nothing."""
