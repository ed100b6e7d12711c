"""The person on screen, and the physics body under the skin."""
