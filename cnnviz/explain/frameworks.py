"""What other frameworks make of the same words: TensorFlow with Keras 3, PyTorch 2, ONNX.

Sources: the pages of tf.nn, keras.layers, torch.nn and onnx.ai/onnx/operators; where these leave
something open, what PyTorch 2 and Keras 3 do when they are asked. All sizes are those of
`cnnviz.nn.geometry` for the padding that the framework uses.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.explain.setting import Setting, made
from cnnviz.nn.geometry import AXES, Pads, Pair

FRAMEWORKS = ("TensorFlow, Keras", "PyTorch", "ONNX")
ONNX_WORDS = {"valid": "VALID", "same": "SAME_UPPER", "same_lower": "SAME_LOWER"}


@dataclass(frozen=True)
class Reading:
    """What a framework makes of a setting.

    Parameters
    ----------
    framework : str
    written : str
        The words that come closest to the setting's.
    output : (height, width), None where the framework refuses
    pads : ((top, bottom), (left, right)), None where the framework refuses
    remark : str
        How that differs, or why it refuses and what to write instead; "" where it is the same.
    """

    framework: str
    written: str
    output: Pair | None
    pads: Pads | None
    remark: str = ""


Verdict = tuple[str, Setting | None, str]
"""How it is written, what that comes to here (None: refused), and the remark."""


def readings(setting: Setting) -> list[Reading]:
    """Return what each framework makes of a setting; raises ValueError if that is impossible."""
    told: list[Callable[[Setting], Verdict]] = [_keras, _pytorch, _onnx]
    return [
        _reading(framework, *tell(setting))
        for framework, tell in zip(FRAMEWORKS, told, strict=True)
    ]


def _reading(framework: str, written: str, theirs: Setting | None, remark: str) -> Reading:
    if theirs is None:
        return Reading(framework, written, None, None, remark)
    return Reading(framework, written, theirs.output(), theirs.grid().pads, remark)


def _keras(setting: Setting) -> Verdict:
    written, plain = _word(setting), made(setting, "ceil_mode", False)
    if setting.pools and max(setting.dilation) > 1:
        return written, None, "Pooling has no dilation in Keras; in TensorFlow, tf.nn.pool has."
    if not setting.pools and max(setting.stride) > 1 and max(setting.dilation) > 1:
        return written, None, "Refuses strides above 1 together with dilation_rate above 1."
    if setting.words == "valid" and plain.problem():
        return written, None, "Knows no ceil_mode, and refuses a window larger than the image."
    if setting.words == "valid" and plain.output() != setting.output():
        return written, plain, "Knows no ceil_mode: what is left over is dropped."
    if setting.words in ("valid", "same"):
        return written, plain, _mean(setting)
    if setting.words == "same_lower":
        upper = made(plain, "padding", "same")
        return 'padding="same"', upper, _odd(setting, "Knows SAME alone")
    if not any(map(any, (*setting.grid().pads, setting.output_padding))):
        as_valid = made(plain, "padding", "valid")
        if not as_valid.problem() and as_valid.output() == setting.output():
            return 'padding="valid"', as_valid, _mean(setting)
    way = "Cropping2D behind it" if setting.transposed else "ZeroPadding2D before it"
    if setting.kind == "MaxPool2d":
        way = "keras.ops.pad with −∞ before it, as zeros could win"
    return written, None, f"Takes valid and same alone; put {way}."


def _mean(setting: Setting) -> str:
    """Return what is to be said of an average; "" of all else."""
    padded = setting.kind == "AvgPool2d" and setting.grid().pads != ((0, 0), (0, 0))
    return (
        "Leaves padding out of the average: in PyTorch that is count_include_pad=False."
        if padded
        else ""
    )


def _odd(setting: Setting, reason: str) -> str:
    """Return where the odd cell goes if it does not go before the image."""
    uneven = [axis for axis in (0, 1) if len(set(setting.grid().pads[axis])) > 1]
    if not uneven:
        return f"{reason}; nothing is odd here, so it is the same."
    return f"{reason}: the odd cell goes to the bottom and to the right."


def _pytorch(setting: Setting) -> Verdict:
    written, pads = _word(setting), setting.grid().pads
    if setting.kind == "AvgPool2d" and max(setting.dilation) > 1:
        return written, None, "AvgPool2d has no dilation; MaxPool2d has."
    if setting.kind == "Conv2d" and setting.words:
        return _pytorch_word(setting, pads)
    if setting.words == "valid":
        plain = made(setting, "padding", 0)
        same = plain.output() == setting.output()
        more = "" if same else ": cells that the kernel does not reach are left out"
        return "padding=0", plain, f"Knows no words here, and no padding is 0{more}."
    if setting.words:
        return written, None, f"Knows no words here; {_pytorch_way(setting, pads)}."
    if any(before != after for before, after in pads):
        way = _pytorch_way(setting, pads)
        return written, None, f"Takes the same on both sides alone; {way}."
    if _too_much(setting, pads):
        return written, None, f"Refuses: {_too_much(setting, pads)}."
    return f"padding={_pair(pads)}", setting, ""


def _pytorch_word(setting: Setting, pads: Pads) -> Verdict:
    """Return what becomes of the words that PyTorch's convolution knows, and of the others."""
    strided = max(setting.stride) > 1
    if setting.words == "valid" or (setting.words == "same" and not strided):
        return _word(setting), setting, ""
    if setting.words == "same_lower" and not strided:
        upper = made(setting, "padding", "same")
        return 'padding="same"', upper, _odd(setting, 'Knows "same" alone')
    way = _pytorch_way(setting, pads)
    if setting.words == "same":
        return _word(setting), None, f"Refuses same with a stride above 1; {way}."
    return _word(setting), None, f"Knows valid and same alone; {way}."


def _pytorch_way(setting: Setting, pads: Pads) -> str:
    """Return how PyTorch comes to a padding that it does not take as it is written."""
    (top, bottom), (left, right) = pads
    if top == bottom and left == right and not _too_much(setting, pads):
        return f"write padding={_pair(pads)}"
    if setting.transposed:
        return f"put ZeroPad2d({(-left, -right, -top, -bottom)}) behind it"
    sides = f"({left}, {right}, {top}, {bottom})"
    if setting.kind == "MaxPool2d":
        return f"put ConstantPad2d({sides}, −∞) before it"
    return f"put ZeroPad2d({sides}) before it"


def _too_much(setting: Setting, pads: Pads) -> str:
    """Return why PyTorch's pooling refuses a padding, or ""."""
    if not setting.pools:
        return ""
    for axis in (0, 1):
        kernel = setting.kernel[axis]
        if max(pads[axis]) > kernel // 2:
            return (
                f"padding {max(pads[axis])} along the {AXES[axis]} is more than half the kernel "
                f"of {kernel}; put a padding layer before it"
            )
    return ""


def _onnx(setting: Setting) -> Verdict:
    (top, bottom), (left, right) = setting.grid().pads
    numbers = f"pads=[{top}, {left}, {bottom}, {right}]"
    word = ONNX_WORDS.get(setting.words or "")
    if word is None and setting.ceil_mode and _starts_behind(setting):
        return (
            numbers,
            setting,
            (
                "With ceil_mode the standard ignores windows that start in the padding behind the "
                "image, and its shape inference leaves out one: use less padding."
            ),
        )
    if word is None:
        remark = "" if setting.words is None else "Knows no such word; numbers say it."
        return numbers, setting, remark
    written = f"auto_pad={word}"
    if setting.transposed and setting.words == "valid":
        plain = made(setting, "padding", 0)
        remark = "No cells are added where the kernel is smaller than the stride."
        return written, plain, remark if plain.output() != setting.output() else ""
    floor = made(setting, "ceil_mode", False)
    if setting.words == "valid" and floor.problem():
        return numbers, setting, "Numbers leave no doubt where the window is larger than the image."
    if setting.words == "valid" and floor.output() != setting.output():
        return (
            written,
            floor,
            (
                "By the standard's text ceil_mode adds no window to VALID, its shape inference "
                f"adds one; {numbers} leaves no doubt."
            ),
        )
    if setting.transposed and setting.words != "valid" and _short_kernel(setting):
        return (
            written,
            setting,
            (
                "By the standard's text; its shape inference gives less where the kernel is "
                "smaller than the stride."
            ),
        )
    if setting.kind == "AvgPool2d":
        return written, setting, _mean_onnx(setting)
    return written, setting, ""


def _starts_behind(setting: Setting) -> bool:
    """Whether the last window starts in the padding behind the image."""
    grid = setting.grid()
    return any(
        (grid.output[axis] - 1) * grid.stride[axis] >= grid.size[axis] + grid.pads[axis][0]
        for axis in (0, 1)
    )


def _short_kernel(setting: Setting) -> bool:
    """Whether a transposed convolution's kernel leaves gaps between its neighbors."""
    grid = setting.grid()
    return any(grid.extent[axis] < grid.stride[axis] for axis in (0, 1))


def _mean_onnx(setting: Setting) -> str:
    return "count_include_pad is 0 unless it is set." if _mean(setting) else ""


def _word(setting: Setting) -> str:
    """Return the setting's own words, where a framework has none."""
    if setting.words:
        return f'padding="{setting.words}"'
    (top, bottom), (left, right) = pads = setting.grid().pads
    if top == bottom and left == right:
        return f"padding={_pair(pads)}"
    return f"padding=(({top}, {bottom}), ({left}, {right}))"


def _pair(pads: Pads) -> str:
    (top, _), (left, _) = pads
    return str(top) if top == left else f"({top}, {left})"
