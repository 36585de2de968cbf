"""What stands below and above the draft: where one is, what it costs, and what is going on."""
