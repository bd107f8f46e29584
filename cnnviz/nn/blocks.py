"""A batch in blocks of images, so that what is worked on stays in the processor's cache."""

from collections.abc import Iterator

BLOCK_FLOATS = 1 << 17


def blocks(images: int, floats: int) -> Iterator[slice]:
    """Yield slices of a batch: as many images as have `BLOCK_FLOATS` numbers, at least one."""
    count = max(BLOCK_FLOATS // max(floats, 1), 1)
    for start in range(0, images, count):
        yield slice(start, min(start + count, images))
