# Training of the learned world model: scenes, data, network, optimisation, export, evaluation.
