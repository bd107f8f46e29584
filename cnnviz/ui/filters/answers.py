"""What a filter answers to: its response to a picture, and the patches that excite it most."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.explain.excite import Excitement, excitement, field, patch
from cnnviz.explain.filters import activation_behind, response_place, responses
from cnnviz.nn.types import Array
from cnnviz.runs.prepare import INPUT_SHAPE
from cnnviz.ui.components.board import Pixel, board
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.filters.bank import Bank
from cnnviz.ui.filters.grid import MOST_TILES, limit
from cnnviz.ui.filters.measure import IMAGES_WIDTH, image_words, images_input
from cnnviz.ui.filters.state import ANSWER, ANSWERS, RANGE, UNIT
from cnnviz.ui.guard import guard
from cnnviz.ui.inside.choices import switched
from cnnviz.ui.inside.links import image_state, link, set_state
from cnnviz.ui.inside.memory import remembered
from cnnviz.ui.inside.subject import Subject, subject_input
from cnnviz.ui.inside.work import macs, measured
from cnnviz.ui.pictures import Pictures
from cnnviz.ui.words import percent, shape, signed

STRONGEST = 12
LARGE = 168


def answers(found: Bank, unit: int, units: NDArray[np.intp]) -> None:
    """Draw the responses to a picture, then what excites the filter most."""
    with guard():
        picture(found, unit, units)
    st.subheader("What excites it most", anchor=False)
    with guard():
        strongest(found, unit)


def picture(found: Bank, unit: int, units: NDArray[np.intp]) -> None:
    """Draw the choice of a picture and the responses to it."""
    try:
        subject = subject_input(found.moment)
    except ValueError as error:  # nothing drawn yet, no such image
        st.info(str(error), icon="ℹ️")
        return
    before, after = both(found, subject)
    one_response(found, unit, subject, before[unit], after[unit])
    every = np.arange(found.count) if found.count <= MOST_TILES else units[:MOST_TILES]
    all_responses(found, unit, every, before, after)
    row, column = np.unravel_index(int(before[unit].argmax()), before[unit].shape)
    link(
        "Every layer for this image",
        "Activations",
        key="_filters_to_activations",
        icon="💡",
        help="The Activations page, with this image, this layer and this filter's largest number.",
        look_unit=unit,
        look_cell=((int(row), int(column)),),
    )


def both(found: Bank, subject: Subject) -> tuple[Array, Array]:
    """Return the responses (F, OH, OW) to a picture, and what the activation makes of them."""

    def make() -> tuple[Array, Array]:
        moment = found.moment
        x = subject.x[None]
        before, after = responses(moment.model, moment.params, found.number - 1, x)
        return np.ascontiguousarray(before[0]), np.ascontiguousarray(after[0])

    return remembered(found.key("responses", subject.key), make)


def behind(found: Bank) -> str:
    """Return the name of the activation behind the layer, "" where there is none."""
    function = activation_behind(found.moment.model, found.number - 1)
    return type(function).__name__ if function else ""


def one_response(found: Bank, unit: int, subject: Subject, before: Array, after: Array) -> None:
    """Draw the picture, the response and what the activation leaves of it."""
    function = behind(found)
    most = limit(np.stack([before, after]))
    parts = [
        tiles("picture", subject.x, label="The picture", limits=(0, 1), size=LARGE, quiet=True),
        tiles(
            "response",
            before[None],
            label=f"Response of filter {unit}, {shape(before.shape)}",
            palette="diverging",
            limits=(-most, most),
            size=LARGE,
            quiet=True,
        ),
    ]
    if function:
        parts.append(
            tiles(
                "after",
                after[None],
                label=f"After {function}",
                palette="diverging",
                limits=(-most, most),
                size=LARGE,
                quiet=True,
            )
        )
    board([parts], key="_filters_response")
    st.markdown(response_words(found, unit, before, after, function))


def response_words(found: Bank, unit: int, before: Array, after: Array, function: str) -> str:
    """Return what one sees in the response, in numbers."""
    if not np.isfinite(before).all():
        return f"Filter {unit} gives numbers that are infinite or none at all: training diverged."
    row, column = np.unravel_index(int(before.argmax()), before.shape)
    text = (
        f"Filter {unit} answers most strongly in row {row}, column {column}: "
        f"{signed(float(before.max()), 4)}; its weakest answer is {signed(float(before.min()), 4)}."
    )
    if function == "ReLU":
        share = float((after > 0).mean())
        text += f" ReLU lets {percent(share)} of its {before.size} cells through."
    elif function:
        text += f" {function} brings that to {signed(float(after.max()), 4)} at most."
    if found.number > 1:
        text += (
            " What it sees is not the picture itself but what the "
            f"{found.number - 1} layer{'s' * (found.number > 2)} before it made of it."
        )
    return text


def all_responses(
    found: Bank, unit: int, units: NDArray[np.intp], before: Array, after: Array
) -> None:
    """Draw the responses of these filters; a click chooses one of them."""
    if len(units) < 2:
        return
    function = behind(found)
    which = switched("Which", ANSWER, ANSWERS) if function else "before"
    maps = np.ascontiguousarray((after if which == "after" else before)[units], np.float32)
    most = limit(maps)
    part = tiles(
        "responses",
        maps,
        label=f"{'All' if len(units) == found.count else f'These {len(units)}'} filters on this "
        "picture" + (f", after {function}" * (which == "after")),
        captions=[str(one) for one in units],
        titles=[f"Filter {one}" for one in units],
        palette="diverging",
        limits=(-most, most),
        own=st.session_state.get(RANGE) == "own",
        size=72,
        choosable=True,
        quiet=True,
        chosen=next((place for place, one in enumerate(units) if one == unit), None),
    )

    def chosen(pixel: Pixel) -> None:
        set_state({UNIT: int(units[pixel.tile])})

    board([[part]], key="_filters_responses", on_tile=chosen)


def strongest(found: Bank, unit: int) -> None:
    """Draw the test images, and their patches, to which the filter responds most strongly."""
    moment = found.moment
    model, index = moment.model, found.number - 1
    cost = macs(model, 0, response_place(model, index))
    with st.container(width=IMAGES_WIDTH):
        shown, places = images_input(moment, cost)
    scan = measured(
        found.key("excitement", len(places)),
        f"Look through {image_words(shown.test, places)}",
        excitement(model, moment.params, index, shown.test, places),
        cost * len(places),
        name="_filters_scan",
        help="Every image goes through the network up to this layer; it serves all its filters.",
    )
    if scan is None:
        return
    numbers = scan.strongest(unit, STRONGEST)
    if not numbers:
        st.info("None of its responses is a finite number: the training diverged.", icon="⚠️")
        return
    st.markdown(excitement_words(found, unit, scan, numbers, shown))
    show_strongest(found, unit, scan, numbers, shown)


def excitement_words(
    found: Bank, unit: int, scan: Excitement, numbers: list[int], shown: Pictures
) -> str:
    """Return what excites a filter: how strongly, and which classes stand out."""
    labels = shown.test.labels[scan.places[numbers]]
    counts = np.bincount(labels, minlength=len(shown.class_names))
    first = int(counts.argmax())
    values = scan.values[:, unit]
    text = (
        f"Among {image_words(shown.test, scan.places)} filter {unit} responds most strongly to "
        f"these {len(numbers)}: up to {signed(float(values[numbers[0]]), 4)}; half of all images "
        f"bring it to {signed(float(np.median(values)), 4)} or more. "
    )
    names = f"{counts[first]} of them are “{shown.class_names[first]}”"
    few = (counts > 0).sum()
    return text + (
        f"{names}: it has become a detector for part of that class."
        if counts[first] >= 0.75 * len(numbers)
        else f"They are of {few} classes, so it looks for a stroke or a texture many share."
    )


def show_strongest(
    found: Bank, unit: int, scan: Excitement, numbers: list[int], shown: Pictures
) -> None:
    """Draw the patches that the filter saw, and the images; a click takes an image as picture."""
    indices = scan.places[numbers]
    names = [shown.class_names[label] for label in shown.test.labels[indices]]
    titles = [f"Test image {at}: {name}" for at, name in zip(indices, names, strict=True)]
    values = [signed(float(scan.values[number, unit]), 3) for number in numbers]
    patches = patches_of(found, unit, scan, numbers, shown)
    whole = all(np.greater_equal(patches.shape[1:], INPUT_SHAPE[1:]))
    words = " (its strongest cell sees all of each)" if whole else ""
    images = tiles(
        "images",
        shown.test.images[indices],
        label=f"The images{words}; press one to see the response to it above",
        captions=[f"{name}\n{value}" for name, value in zip(names, values, strict=True)],
        titles=titles,
        size=72,
        choosable=True,
        quiet=True,
    )
    seen = tiles(
        "patches",
        patches,
        label=f"The patch of {shape(patches.shape[1:])} pixels that its strongest cell sees",
        captions=values,
        titles=titles,
        limits=(0, 1),
        size=72,
        quiet=True,
    )

    def chosen(pixel: Pixel) -> None:
        if pixel.part == "images":
            set_state(image_state("test", int(indices[pixel.tile])))

    rows = [[images]] if whole else [[seen], [images]]
    board(rows, key="_filters_strongest", on_tile=chosen)


def patches_of(
    found: Bank, unit: int, scan: Excitement, numbers: list[int], shown: Pictures
) -> NDArray[np.float32]:
    """Return the part of each image that the strongest cell sees (n, H, W); NaN outside of it."""
    model, end = found.moment.model, response_place(found.moment.model, found.number - 1)
    cuts = []
    for number in numbers:
        image = shown.test.images[scan.places[number]] / np.float32(255)
        cuts.append(patch(image, *field(model, INPUT_SHAPE, end, scan.cell(number, unit))))
    sizes = np.array([cut.shape for cut in cuts])  # behind a transposed convolution they differ
    patches = np.full((len(cuts), *sizes.max(axis=0)), np.nan, np.float32)
    for place, cut in zip(patches, cuts, strict=True):
        place[: cut.shape[0], : cut.shape[1]] = cut
    return patches
