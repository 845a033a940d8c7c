# Cameras and maps: pictures of a rollout. renderer.CameraRenderer draws the rig, top_view.TopView the map.
# Frames (H, W, 3) uint8 sRGB. This file imports nothing, because the build's own process asks for VERSION and
# must not load OpenCV: import the classes from their modules.

VERSION = 3
"""Part of every figure key; raise it when any picture changes."""
