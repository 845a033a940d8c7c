# The bodies of all road users: their shapes, how parts of them move, their lamps. vehicles.py puts them together.
