"""What a person can do, by which keys, and the file that remaps them."""
