# What stands beside the road: plants, houses, rails, posts, signs and lights. scenery.py makes them ready to paint.
