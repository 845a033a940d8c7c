# The learned world model at run time: what road users see, the network's description, the sampler. Arrays in, arrays
# out; only `world` imports it.
