"""The im2col page: images as columns of windows, and back."""
