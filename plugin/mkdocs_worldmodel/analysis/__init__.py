# Reads rollouts: measures over time, contact, expectations, events in plain sentences. Drives nothing.
