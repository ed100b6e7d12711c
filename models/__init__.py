"""What is known: bodies, motions, the physics world, policies, stages; and how to run them."""
