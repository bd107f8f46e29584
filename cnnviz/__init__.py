"""Watch a convolutional network written in NumPy learn, and take it apart."""
