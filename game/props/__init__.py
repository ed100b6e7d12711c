"""Props: seen, handled, thrown, and kept with their place."""
