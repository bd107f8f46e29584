"""The Filters page, in parts."""
