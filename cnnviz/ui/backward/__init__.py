"""The Backward page: the way back through a convolution, checked and in slow motion."""
