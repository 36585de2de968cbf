"""The command line: `main` finds the command that is meant, and each command has a file that is imported when named."""
