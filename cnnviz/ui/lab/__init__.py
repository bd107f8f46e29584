"""What the pages of the convolution lab share."""
