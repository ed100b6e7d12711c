"""The camera: where its movement comes from, the rig and the lens, and what its operator sees."""
