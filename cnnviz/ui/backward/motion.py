"""One training step in slow motion: five phases, one of them in the light at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.explain.slow_motion import (
    Followed,
    Pick,
    Step,
    follow,
    one_step,
    pickable,
    shares,
    strongest,
)
from cnnviz.nn.types import Array
from cnnviz.ui.backward.subject import Subject, subject_input
from cnnviz.ui.components.board import board
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.state import Table, name
from cnnviz.ui.train.fields import choice_input, keep, number_input
from cnnviz.ui.train.numbers import Numbers
from cnnviz.ui.words import count_of, percent, plain, shape, signed

PHASE, TENSOR, INDEX, RATE = "back_phase", "back_tensor", "back_index", "back_lr"
PHASES = ("Forward", "Loss", "Backward", "Update", "After")
LR = Numbers("Learning rate", 1e-8, 1000, whole=False)
USUAL_LR = 0.05
MOST_TERMS = 6
DIM = "<style>{} {{ opacity: 0.32 }}</style>"

TABLE: Table = {
    PHASE: Numbers("Phase", 0, len(PHASES) - 1).read,
    TENSOR: name,
    INDEX: name,
    RATE: LR.read,
}


@dataclass(frozen=True, eq=False)
class Told:
    """A step, who took it, and the number that is followed."""

    subject: Subject
    step: Step
    pick: Pick
    number: Followed


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
        for place, (title, words) in enumerate(zip(PHASES, TELLERS, strict=True)):
            with st.container(border=True, height="stretch", key=f"_phase_{place}"):
                st.markdown(f"**{place + 1} {title}**\n\n{words(told)}")
    detail(told, phase)


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
        st.markdown(f"Phase {phase + 1} of {len(PHASES)}: **{PHASES[phase]}**")
    return phase


def _go(phase: int) -> None:
    st.session_state[PHASE] = phase


def number(value: float) -> str:
    """Return a number with as many digits as float32 has."""
    return signed(value, 8)


def brief(value: float) -> str:
    """Return a number with three digits."""
    return signed(value, 3)


def _forward(told: Told) -> str:
    step, names = told.step, told.subject.class_names
    best = int(step.probs.argmax())
    return (
        f"The image goes through {len(step.trace)} layers. The network says "
        f"**{plain(names[best])}** with {percent(float(step.probs[best]))}, and gives the label "
        f"{percent(float(step.probs[told.subject.label]))}.\n\nw = **{number(told.number.weight)}**"
    )


def _loss(told: Told) -> str:
    step, label = told.step, told.subject.label
    title = told.subject.weights.loss.title
    probability = float(step.probs[label])
    sum = f"−log {brief(probability)} = " if title == "cross-entropy" else ""
    return (
        f"How wrong is that? The {title} for the label "
        f"**{plain(told.subject.class_names[label])}** is\n\n{sum}**{number(step.loss)}**"
    )


def _backward(told: Told) -> str:
    grad = told.number.grad
    return (
        "Layer by layer back: how does the loss change with each number? For the chosen weight"
        f"\n\ndw = **{number(grad)}**\n\n{_direction(grad)}"
    )


def _direction(grad: float) -> str:
    if not grad:
        return "The loss does not depend on it here."
    return f"A larger w would {'raise' if grad > 0 else 'lower'} the loss."


def _update(told: Told) -> str:
    one = told.number
    return (
        f"w ← w − lr · dw\n\n{number(one.weight)} − {number(one.lr)} × {_in(one.grad)} = "
        f"**{number(one.updated)}**\n\nAll other weights take such a step at the same time."
    )


def _in(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _after(told: Told) -> str:
    step = told.step
    change = step.new_loss - step.loss
    return (
        f"The same image again: the loss is **{number(step.new_loss)}**, a change of "
        f"{brief(change)}. Were the loss a plane, it would have changed by −lr · Σ dw² = "
        f"{brief(step.expected)}."
    )


TELLERS: tuple[Callable[[Told], str], ...] = (_forward, _loss, _backward, _update, _after)


def detail(told: Told, phase: int) -> None:
    """Draw what stands behind the numbers of one phase."""
    (picture_of_probs, picture_of_probs, flow, sums, sums)[phase](told)


def picture_of_probs(told: Told) -> None:
    """Draw the image, and what the network takes it for."""
    subject, probs = told.subject, told.step.probs
    left, right = st.columns([1, 3], gap="large")
    with left:
        board(
            [[tiles("image", subject.x, label="The image", size=168)]],
            key="_back_image",
        )
    rows = [
        {"class": title, "probability": float(p), "label": "◀ label" if i == subject.label else ""}
        for i, (title, p) in enumerate(zip(subject.class_names, probs, strict=True))
    ]
    right.dataframe(
        rows,
        hide_index=True,
        column_config={
            "probability": st.column_config.ProgressColumn(
                format="percent", min_value=0.0, max_value=1.0
            )
        },
    )


def flow(told: Told) -> None:
    """Draw each layer's output and the gradient that comes back to it, and the weight's sum."""
    st.markdown(sum_words(told))
    step = told.step
    rows = [
        {
            "layer": f"{at.index + 1} {type(at.layer).__name__}",
            "output": shape(at.output.shape[1:]),
            "largest output": brief(float(np.abs(at.output).max())),
            "largest gradient by it": brief(float(np.abs(gradient).max())),
            "largest gradient by its weights": largest(grads),
        }
        for at, gradient, grads in zip(step.trace, step.gradients, step.grads, strict=True)
    ]
    st.dataframe(rows[::-1], hide_index=True)
    st.caption("From the last layer, where the gradient begins, back to the first.")


def largest(grads: dict[str, Array]) -> str:
    """Return the largest absolute value of a layer's gradients, – where it has none."""
    if not grads:
        return "–"
    return brief(max(float(np.abs(grad).max()) for grad in grads.values()))


def sum_words(told: Told) -> str:
    """Return the products that make dw, the largest first, and their sum."""
    found = shares(told.step, told.pick)
    if found is None:
        return "The gradient of this layer's numbers is no plain sum of products."
    products = found.products.astype(np.float64)
    order = np.argsort(-np.abs(products), kind="stable")
    shown = [i for i in order[:MOST_TERMS] if products[i]]
    count, nonzero = len(products), int(np.count_nonzero(products))
    begin = (
        f"dw is a sum over {count_of(count, 'position')}: what the weight met × the gradient of "
        "the output it gave to. "
    )
    if not nonzero:
        return f"{begin}All of these products are zero here."
    terms = [
        f"{brief(float(found.inputs[i]))} × {_in_brief(float(found.gradients[i]))}" for i in shown
    ]
    more, rest = nonzero - len(shown), float(products.sum() - products[shown].sum())
    tail = f" + {more:,} more, together {_in_brief(rest)}" if more else ""
    zeros = f"{count - nonzero:,} of the products are zero; these are the others" * (
        count > nonzero
    )
    return (
        f"{begin}{zeros or 'These are the products'}, the largest first.\n\n"
        f"{' + '.join(terms)}{tail} = **{number(told.number.grad)}**"
    )


def _in_brief(value: float) -> str:
    return f"({brief(value)})" if value < 0 else brief(value)


def sums(told: Told) -> None:
    """Draw how exact the update is, and whose step it was."""
    one = told.number
    st.markdown(
        f"In exact arithmetic w − lr · dw = {signed(one.exact, 12)}; the engine keeps it in "
        f"float32, {brief(one.updated - one.exact)} beside that. The step is the engine's own: plain "
        "gradient descent (SGD without momentum) on this one image, with dropout off and batch "
        "normalization's running statistics."
    )
