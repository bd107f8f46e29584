"""The five phases of a training step, in words and with what stands behind their numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.explain.slow_motion import Followed, Pick, Step, shares
from cnnviz.nn.types import Array
from cnnviz.ui.backward.subject import Subject
from cnnviz.ui.components.board import board
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.words import count_of, percent, plain, shape, signed

MOST_TERMS = 6


@dataclass(frozen=True, eq=False)
class Told:
    """A step, who took it, and the number that is followed."""

    subject: Subject
    step: Step
    pick: Pick
    number: Followed


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
    sum = f"−log {signed(probability, 6)} ≈ " if title == "cross-entropy" else ""
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
        f"float32, {brief(one.updated - one.exact)} beside that. The step is the engine's own: "
        "plain gradient descent (SGD without momentum) on this one image, with dropout off and "
        "batch normalization's running statistics."
    )


@dataclass(frozen=True)
class Phase:
    """A part of the step: its words on a card, and what is drawn below while it is in the light."""

    title: str
    words: Callable[[Told], str]
    detail: Callable[[Told], None]


PHASES: tuple[Phase, ...] = (
    Phase("Forward", _forward, picture_of_probs),
    Phase("Loss", _loss, picture_of_probs),
    Phase("Backward", _backward, flow),
    Phase("Update", _update, sums),
    Phase("After", _after, sums),
)
