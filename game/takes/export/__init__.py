"""What is made of takes for other programs and other eyes, one module per format."""
