"""One training step in slow motion: five phases, one of them in the light at a time."""

import streamlit as st

from cnnviz.explain.slow_motion import Pick, Step, follow, one_step, pickable, strongest
from cnnviz.nn.types import Array
from cnnviz.ui.backward.phases import PHASES, Told
from cnnviz.ui.backward.subject import Subject, subject_input
from cnnviz.ui.state import Table, name
from cnnviz.ui.train.fields import choice_input, keep, number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import shape

PHASE, TENSOR, INDEX, RATE = "back_phase", "back_tensor", "back_index", "back_lr"
LR = Numbers("Learning rate", 1e-8, 1000, whole=False)
USUAL_LR = 0.05
DIM = "<style>{} {{ opacity: 0.32 }}</style>"

TABLE: Table = {
    PHASE: Numbers("Phase", 0, len(PHASES) - 1).read,
    TENSOR: name,
    INDEX: name,
    RATE: LR.read,
}


def motion_view() -> None:
    """Draw the inputs, the buttons and the five phases of the step."""
    with st.grid("auto", min_column_width=150):
        subject = subject_input()
        typed = number_input(
            "Learning rate", RATE, USUAL_LR, help="How far the step goes against the gradient."
        )
        lr = LR.check(typed, f"empty the field for the usual {USUAL_LR}")
        weights = subject.weights
        step = one_step(weights.model, weights.params, subject.x, subject.label, weights.loss, lr)
        pick = pick_input(subject, step)
    phase = phase_buttons()
    dimmed = (f".st-key-_phase_{i}" for i in range(len(PHASES)) if i != phase)
    st.html(DIM.format(", ".join(dimmed)))
    told = Told(subject, step, pick, follow(step, pick))
    with st.grid(len(PHASES), min_column_width=190):
        for place, one in enumerate(PHASES):
            with st.container(border=True, height="stretch", key=f"_phase_{place}"):
                st.markdown(f"**{place + 1} {one.title}**\n\n{one.words(told)}")
    PHASES[phase].detail(told)


def pick_input(subject: Subject, step: Step) -> Pick:
    """Draw the inputs for a weight's tensor and index; return which number is meant.

    Of a tensor that has just been chosen it is the number with the largest gradient.

    Raises
    ------
    ValueError
        If there is no such number.
    """
    weights = subject.weights
    arrays = {
        f"{layer + 1}.{name}": (layer, name, array)
        for layer, found in pickable(weights.model, weights.params)
        for name, array in found.items()
    }
    chosen = choice_input(
        "Weight of",
        TENSOR,
        [*arrays],
        next(iter(arrays)),
        format_func=lambda key: tensor_title(subject, *arrays[key][:2]),
        help="The layer and array of the one number that is followed.",
        on_change=_forget_index,
    )
    layer, name, array = arrays[chosen]
    usual = ", ".join(map(str, strongest(step.grads[layer][name])))
    keep(INDEX, str(st.session_state.get(INDEX) or usual))
    text = st.text_input(
        "Its place",
        usual,
        key=INDEX,
        help=f"In an array of {shape(array.shape)}, each from 0. Empty the field for the number "
        "with the largest gradient.",
        persist_state="session",
    )
    return Pick(layer, name, read_index(str(text), array))


def _forget_index() -> None:
    st.session_state[INDEX] = ""


def tensor_title(subject: Subject, layer: int, name: str) -> str:
    """Return 3 Conv2d weight."""
    return f"{layer + 1} {type(subject.weights.model.layers[layer]).__name__} {name}"


def read_index(text: str, array: Array) -> tuple[int, ...]:
    """Return the place in an array that a text is; raises ValueError with a sentence."""
    sizes = shape(array.shape)
    try:
        typed = [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"A place is {array.ndim} whole numbers with commas between, not “{text[:20]}”."
        ) from None
    inside = (0 <= at < size for at, size in zip(typed, array.shape, strict=False))
    if len(typed) != array.ndim or not all(inside):
        last = ", ".join(str(size - 1) for size in array.shape)
        raise ValueError(
            f"There is no place {', '.join(map(str, typed))} in an array of {sizes}: the last one "
            f"is {last}; empty the field for the number with the largest gradient."
        )
    return tuple(typed)


def phase_buttons() -> int:
    """Draw Previous and Next; return the phase that is in the light."""
    allowed = range(len(PHASES))
    if st.session_state.get(PHASE) not in allowed:
        st.session_state[PHASE] = 0
    phase = int(st.session_state[PHASE])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous", icon="⬅️", disabled=phase == 0, on_click=_go, args=(phase - 1,))
        st.button(
            "Next",
            icon="➡️",
            type="primary",
            disabled=phase == allowed[-1],
            on_click=_go,
            args=(phase + 1,),
        )
        st.markdown(f"Phase {phase + 1} of {len(PHASES)}: **{PHASES[phase].title}**")
    return phase


def _go(phase: int) -> None:
    st.session_state[PHASE] = phase
