"""What learns from data: the only place with optimisers."""
