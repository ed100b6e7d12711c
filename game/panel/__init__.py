"""The operator's panel: Dear ImGui, drawn by Panda3D, over slate, stages, places, camera and takes."""
