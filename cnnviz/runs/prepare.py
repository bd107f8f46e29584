"""From settings to what a training needs, with every check before anything large is allocated."""

from dataclasses import dataclass

from cnnviz.data import CLASSES, HEIGHT, WIDTH, Splits, available, load, split
from cnnviz.nn.model import Sequential, check_classifier
from cnnviz.runs.settings import RunSettings
from cnnviz.training import check_memory, memory_need

INPUT_SHAPE = (1, HEIGHT, WIDTH)
USUAL_IMAGES = 60_000


@dataclass(frozen=True, eq=False)
class Prepared:
    """A network and the images for it."""

    model: Sequential
    splits: Splits


def check_settings(settings: RunSettings) -> Sequential:
    """Return the network, if such a training can start at all.

    Raises
    ------
    ValueError
        One sentence: a layer that does not fit (ShapeError), a network that does not end with
        ten numbers, too little memory (TooLargeError).
    """
    model = Sequential.from_specs(settings.layers)
    check_classifier(model, INPUT_SHAPE, CLASSES)
    check_memory(memory_need(model, INPUT_SHAPE, settings.config, images_loaded(settings)))
    return model


def images_loaded(settings: RunSettings) -> int:
    """Return about how many images the trainer holds: the set, and what is chosen from it."""
    counts = {entry.name: entry.train_images for entry in available()}
    there = counts.get(settings.data.dataset) or USUAL_IMAGES
    return there + min(there, settings.data.train_images or there)


def prepare(settings: RunSettings) -> Prepared:
    """Return network and images; raises ValueError as `check_settings`, or DataError."""
    model = check_settings(settings)
    return Prepared(model, split(load(settings.data.dataset), settings.data))
