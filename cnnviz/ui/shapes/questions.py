"""What the Shapes page asks: the output size of a layer, and what a layer of a network sees."""

from dataclasses import replace

from cnnviz.explain.arithmetic import steps
from cnnviz.explain.setting import Setting
from cnnviz.nn.geometry import AXES
from cnnviz.nn.summary import LayerSummary
from cnnviz.ui.lab.card import Answer, Question
from cnnviz.ui.words import plain, shape


def size_question(setting: Setting) -> Question:
    """Return the question for the size of a layer's output."""
    steps_to = [
        next(step for step in steps(setting, axis) if step.name.startswith("Output"))
        for axis in (0, 1)
    ]
    sums = [f"{AXES[axis]}: {steps_to[axis].numbers} = {steps_to[axis].result}" for axis in (0, 1)]
    answers = (
        Answer(AXES[axis].capitalize(), steps_to[axis].result, slips=_slips(setting, axis))
        for axis in (0, 1)
    )
    return Question(
        f"{_described(setting)} What is the size of the output?",
        tuple(answers),
        _hint(setting),
        f"{'; '.join(sums).capitalize()}.",
    )


def _described(setting: Setting) -> str:
    """Return the setting in a sentence."""
    words = [
        f"kernel {_pair(setting.kernel)}",
        f"stride {_pair(setting.stride)}",
        *([f"dilation {_pair(setting.dilation)}"] if max(setting.dilation) > 1 else []),
        f"padding {setting.words or setting.layer().padding}",
        *(["ceil_mode"] if setting.ceil_mode else []),
    ]
    if max(setting.output_padding):
        words.append(f"output padding {_pair(setting.output_padding)}")
    return f"An image of {shape(setting.size)} goes through {setting.kind} with {', '.join(words)}."


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


def field_question(rows: list[LayerSummary]) -> Question | None:
    """Return the question for the receptive field of the last layer with windows, if any."""
    found = [row for row in rows if row.receptive_field and row.jump]
    if not found or found[-1].receptive_field == (1, 1):
        return None
    asked = found[-1]
    height, width = asked.receptive_field or (0, 0)
    return Question(
        f"How far does one output of layer {asked.index + 1}, {plain(asked.spec)}, see: what is "
        "its receptive field on the input?",
        (Answer("Height", height), Answer("Width", width)),
        "Go through the layers: each one adds its window minus one, times the jump before it; "
        "then the jump is multiplied by its stride.",
        _field_sums(found),
    )


def _field_sums(rows: list[LayerSummary]) -> str:
    """Return how the receptive field grows, layer by layer."""
    fields = [f"layer {row.index + 1}: {shape(row.receptive_field or ())}" for row in rows]
    return f"It grows like this: {', '.join(fields)}."
