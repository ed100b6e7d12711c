"""Places made of projected photographs."""
