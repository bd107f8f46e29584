"""The end of the forward pass: softmax written out, prediction and loss."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.explain.activity import Softmax, written_softmax
from cnnviz.explain.sums import places_for, printed_sum
from cnnviz.nn.losses import CrossEntropy, Loss
from cnnviz.ui.activations.forward import Forward
from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.board import board
from cnnviz.ui.words import percent, plain, signed

BARS = 230


def verdict(found: Forward, class_names: Sequence[str]) -> str:
    """Return in Markdown what the network takes the image for, and whether that is right."""
    soft = softmax_of(found)
    if not np.isfinite(soft.probs).all():
        return "The network has **no answer**: its numbers are infinite or none at all (NaN)."
    best, label = int(soft.probs.argmax()), found.subject.label
    said = f"The network takes it for **{plain(class_names[best])}** with "
    said += f"**{percent(float(soft.probs[best]))}**"
    if label is None:
        return f"{said}."
    if best == label:
        return f"✓ {said}, and that is right."
    own = percent(float(soft.probs[label]))
    return f"✗ {said}. It is {plain(class_names[label])}, which gets {own}."


def softmax_of(found: Forward) -> Softmax:
    """Return the steps of softmax behind the last layer."""
    with np.errstate(all="ignore"):
        return written_softmax(found.output(len(found.trace)))


def probabilities(passes: list[Forward], class_names: Sequence[str], loss: Loss) -> None:
    """Draw what softmax makes of the logits, for each image: bars, and a table that adds up."""
    st.markdown(
        "**Softmax**  :gray[each logit as a power of e, over the sum of all: probabilities. The "
        "largest logit is subtracted first, which changes nothing and keeps the powers small.]"
    )
    names = class_names if len(class_names) == passes[0].output(len(passes[0].trace)).size else ()
    for place, found in enumerate(passes):
        soft = softmax_of(found)
        called = names or [f"class {i}" for i in range(len(soft.logits))]
        if len(passes) > 1:
            st.markdown(f"**Image {place + 1}**")
        left, right = st.columns([1.7, 1], gap="medium")
        with left:
            st.markdown(softmax_table(soft, called))
        with right:
            part = bars(
                "probabilities",
                soft.probs,
                label="Probabilities",
                names=called,
                limits=(0.0, 1.0),
                height=BARS,
                percent=True,
            )
            board([[part]], key=f"_act_probs_{place}")
            said = [verdict(found, called)]
            if found.subject.label is not None:
                said.append(loss_words(soft, found.subject.label, loss))
            st.markdown("\n\n".join(said))


def softmax_table(soft: Softmax, names: Sequence[str]) -> str:
    """Return the steps as a table in Markdown whose columns add up as they are printed."""
    powers = printed_sum(soft.powers.tolist(), soft.total, 4)
    shares = printed_sum((100 * soft.probs.astype(np.float64)).tolist(), 100.0, 2)
    if powers is None or shares is None:
        return "Softmax has no answer here: a logit is infinite or no number at all (NaN)."
    best = int(soft.probs.argmax())
    lines = [
        "| class | logit z | z\u00a0−\u00a0max | exp(z\u00a0−\u00a0max) | ÷ sum |",
        "|:--|--:|--:|--:|--:|",
    ]
    places = places_for(soft.logits.tolist())
    for i, name in enumerate(names):
        z = float(soft.logits[i])
        cells = (
            plain(name),
            decimal(z, places),
            decimal(z - soft.most, places),
            small(float(soft.powers[i]), powers.texts[i]),
            f"{small(100 * float(soft.probs[i]), shares.texts[i])}\u00a0%",
        )
        lines.append("| " + " | ".join(f"**{one}**" if i == best else one for one in cells) + " |")
    lines.append(f"| sum | | | {powers.result} | {shares.result}\u00a0% |")
    return "\n".join(lines)


def small(value: float, text: str) -> str:
    """Return what is printed; of what is printed as zero and is none, its order of size."""
    if not value or float(text.replace("−", "-")):
        return text
    return f"{value:.0e}".replace("e-0", "e-").replace("-", "−")


def decimal(value: float, places: int) -> str:
    """Return a number with so many decimals and a real minus."""
    return f"{value + 0.0:,.{max(places, 0)}f}".replace("-", "−")


def loss_words(soft: Softmax, label: int, loss: Loss) -> str:
    """Return the loss of the image with its label: the logarithm, and the run's own loss."""
    labels, logits = np.array([label]), soft.logits[None]
    with np.errstate(all="ignore"):
        plain_loss = CrossEntropy()(logits, labels)[0]
        own = loss(logits, labels)[0]
    p = float(soft.probs[label])
    of = f"= −log {signed(p, 8)}" if p else "(p rounds to 0, so log(sum) − (z − max) of the label)"
    said = f"Loss: −log p of the label {of} = **{signed(plain_loss, 4)}**."
    if loss != CrossEntropy():
        said += f" This run learns by {loss.title}, which is {signed(own, 4)} here."
    return said
