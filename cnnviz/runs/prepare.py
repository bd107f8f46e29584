"""From settings to what a training needs, with every check before anything large is allocated."""

from dataclasses import dataclass

from cnnviz.data import CLASSES, HEIGHT, WIDTH, DataChoice, Splits, amounts, find, load, split
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
        ten numbers, images shifted out of sight, data that are not there (DataError), too
        little memory (TooLargeError).
    """
    model = Sequential.from_specs(settings.layers)
    check_classifier(model, INPUT_SHAPE, CLASSES)
    settings.config.augment.check_size(HEIGHT, WIDTH)
    check_memory(memory_need(model, INPUT_SHAPE, settings.config, images_loaded(settings.data)))
    return model


def images_loaded(choice: DataChoice) -> int:
    """Return about how many images the trainer holds: the set, and what is chosen from it.

    Raises
    ------
    DataError
        Where the set is not there, or has too few images for the choice, as far as can be told.
    """
    entry = find(choice.dataset)
    if entry.train_images is None:
        return USUAL_IMAGES + min(USUAL_IMAGES, choice.train_images or USUAL_IMAGES)
    return entry.train_images + amounts(choice, entry.train_images, entry.title)[0]


def prepare(settings: RunSettings) -> Prepared:
    """Return network and images; raises ValueError as `check_settings`."""
    model = check_settings(settings)
    return Prepared(model, split(load(settings.data.dataset), settings.data))
