"""Text set in lines of cells: what everything on the screen is made of."""
