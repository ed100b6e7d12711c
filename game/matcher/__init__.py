"""The matcher: a photograph, lines that are dragged over it, the ground's grid, and blocks that are clicked on it."""
