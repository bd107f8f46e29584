"""The Mistakes page, in parts."""
