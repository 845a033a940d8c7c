# What is to happen. Nouns first (road, road_user, story, environment, rig, scenario), then geometry.py, which
# computes with roads, and compose.py, which turns an author's checked block into a Scenario.
