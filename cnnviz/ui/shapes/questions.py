"""What the Shapes page asks: the output size of a layer, and what a layer of a network sees."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from cnnviz.explain.arithmetic import steps
from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import AXES, Shape, pair
from cnnviz.nn.spec import Spec, as_tuples
from cnnviz.nn.summary import LayerSummary
from cnnviz.ui.lab.card import Answer, Question
from cnnviz.ui.train.network import summary_rows
from cnnviz.ui.words import shape


def size_question(setting: Setting) -> Question:
    """Return the question for an output that does not stand on the page: with a larger stride."""
    longer = replace(setting, stride=(setting.stride[0] + 1, setting.stride[1] + 1))
    asked = setting if longer.problem() else longer
    sums = [_sum(asked, axis) for axis in (0, 1)]
    answers = [
        Answer(AXES[axis].capitalize(), asked.output()[axis], slips=_slips(asked, axis))
        for axis in (0, 1)
    ]
    return Question(
        f"An image of {shape(asked.size)} goes through {asked.kind} with "
        f"{_described(asked, setting)}. What is the size of the output?",
        tuple(answers),
        _hint(asked),
        f"{'; '.join(sums).capitalize()}.",
    )


def _sum(setting: Setting, axis: int) -> str:
    """Return the line of the calculation that gives the output."""
    found = next(step for step in steps(setting, axis) if step.name.startswith("Output"))
    return f"{AXES[axis]}: {found.numbers} = {found.result}"


def _described(setting: Setting, shown: Setting) -> str:
    """Return the numbers in words, and which of them is not the one shown."""
    instead = f", not {_pair(shown.stride)}" if setting.stride != shown.stride else ""
    words = [
        f"kernel {_pair(setting.kernel)}",
        f"stride **{_pair(setting.stride)}**{instead}",
        *([f"dilation {_pair(setting.dilation)}"] if max(setting.dilation) > 1 else []),
        f"padding {setting.words or setting.layer().padding}",
        *(["ceil_mode"] if setting.ceil_mode else []),
    ]
    if max(setting.output_padding):
        words.append(f"output padding {_pair(setting.output_padding)}")
    return ", ".join(words)


def _pair(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else shape(pair)


def _hint(setting: Setting) -> str:
    if setting.transposed:
        return (
            "Each input cell lays the kernel on the output, a stride further on than the one "
            "before; then the padding is cut away."
        )
    return (
        "Count the places where the window can start: the last one that fits, divided by the "
        "stride, and one more for the first."
    )


def _slips(setting: Setting, axis: int) -> dict[float, str]:
    """Return outputs that come of overlooking one thing, each with what was overlooked."""
    overlooked = {
        "stride": (replace(setting, stride=(1, 1)), "That would be with stride 1."),
        "padding": (replace(setting, padding="valid"), "That would be without padding."),
        "dilation": (replace(setting, dilation=(1, 1)), "That would be without dilation."),
        "ceil_mode": (replace(setting, ceil_mode=False), "That would be without ceil_mode."),
    }
    right = setting.output()[axis]
    slips: dict[float, str] = {}
    for other, words in overlooked.values():
        if not other.problem() and other.output()[axis] != right:
            slips.setdefault(other.output()[axis], words)
    return slips


def field_question(layers: Sequence[Spec], input_shape: Shape) -> Question | None:
    """Return the question for the receptive field if the first kernel were larger by 2, if any."""
    place = next((i for i, spec in enumerate(layers) if spec["type"] == "Conv2d"), None)
    if place is None:
        return None
    height, width = (int(size) + 2 for size in pair(as_tuples(layers[place]["kernel_size"]), "it"))
    larger = [*layers[:place], {**layers[place], "kernel_size": [height, width]}]
    rows, _ = summary_rows([*larger, *layers[place + 1 :]], input_shape)
    grown = [row for before, row in pairwise([None, *rows]) if row and _grows(before, row)]
    if not grown:
        return None
    asked = grown[-1]
    rows_seen, columns_seen = asked.receptive_field or (0, 0)
    fields = [f"layer {row.index + 1}: {shape(row.receptive_field or ())}" for row in grown]
    return Question(
        f"Suppose that the kernel of layer {place + 1} were **{shape((height, width))}**. How far "
        f"would one output of layer {asked.index + 1}, {asked.name}, see: what would be its "
        "receptive field on the input, with its padding?",
        (Answer("Height", rows_seen), Answer("Width", columns_seen)),
        "Go through the layers: each one adds its window minus one, times the jump before it; "
        "then the jump is multiplied by its stride.",
        f"It grows like this: {', '.join(fields)}.",
    )


def _grows(before: LayerSummary | None, row: LayerSummary) -> bool:
    """Whether a layer sees more than the one before it, by a window."""
    start = before.receptive_field if before else (1, 1)
    return row.jump is not None and row.receptive_field != start
