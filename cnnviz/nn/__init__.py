"""The network: layers, losses, optimizers and shapes, in NumPy alone."""
