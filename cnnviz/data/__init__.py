"""Data sets: reading, checking, fetching and splitting images; knows no network."""

from cnnviz.data.catalog import KNOWN, Available, available, find, load
from cnnviz.data.dataset import CLASSES, HEIGHT, WIDTH, Dataset, Split, Splits
from cnnviz.data.errors import DataError
from cnnviz.data.splits import DataChoice, amounts, split, strip_indices
from cnnviz.data.store import add, remove

__all__ = [
    "CLASSES",
    "HEIGHT",
    "KNOWN",
    "WIDTH",
    "Available",
    "DataChoice",
    "DataError",
    "Dataset",
    "Split",
    "Splits",
    "add",
    "amounts",
    "available",
    "find",
    "load",
    "remove",
    "split",
    "strip_indices",
]
