"""What is heard: sounds from the physics' contacts, mixed from where the camera stands, live or for a movie."""
