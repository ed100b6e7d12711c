"""The operator wears the headset: stands in the place in stereo, with the camera's viewfinder in the hand."""
