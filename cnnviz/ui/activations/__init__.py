"""The Activations page, in parts."""
