"""What `backflip bench camera` measures, one module for each subject."""
