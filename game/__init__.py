"""What is seen, heard and filmed: the only place that imports panda3d, openvr and sounddevice."""
