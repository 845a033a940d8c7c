# How an author's `road:` becomes a network: one file for each thing that roads can have. layout.py puts them together.
# All of it builds for traffic that keeps right; where it keeps left, the whole network is mirrored (mirror.py).
