"""Data sets: reading, checking, fetching and splitting images; knows no network."""
