"""What is offered while a draft is written: commands, files, sessions, names, and what was typed before."""
