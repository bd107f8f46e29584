"""The Draw page, in parts."""
