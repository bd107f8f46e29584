"""The Convolution page: one cell of one filter, product by product."""
