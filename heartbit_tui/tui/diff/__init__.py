"""Changes of files: read from a unified diff, paired word by word, and set in lines."""
