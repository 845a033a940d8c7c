# The ground: roads as flat patches with all their marks (road_surface.py), and how a camera sees it (ground_view.py).
