# What happened. Axes, everywhere: B batch of copies, T time, N road users, K cameras, H W C pixels;
# always in the order (B, T, K, N, ..., H, W, C). SI units, radians, right-handed, z up.
