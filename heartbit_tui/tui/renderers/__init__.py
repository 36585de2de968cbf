"""How each kind of block, and each tool's call, is drawn in lines."""
