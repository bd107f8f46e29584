"""The PyTorch code shown is executed: it gives the shape shown, and this project's numbers."""

import contextlib
import io
import re
from typing import Any

import numpy as np

from cnnviz.explain import code
from cnnviz.explain.frameworks import readings
from cnnviz.explain.setting import IN_CHANNELS, KINDS, Setting
from tests.explain.random_settings import working_settings
from tests.parity.with_torch import torch

IMAGE = re.compile(r"^x = .*$", re.MULTILINE)


def ran(text: str, **names: Any) -> tuple[str, Any]:
    """Return what a piece of code prints, and its y."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(text, names)
    return output.getvalue().strip(), names["y"]


def test_the_code_gives_the_shape_and_the_numbers() -> None:
    for place, setting in enumerate(working_settings(seed=8, count=500)):
        rng = np.random.default_rng(place)
        layer, shape = setting.layer(), (IN_CHANNELS, *setting.size)
        params = layer.init(shape, rng)
        x = rng.standard_normal((1, *shape)).astype(np.float32) - 1
        ours, _ = layer.forward(params, x)
        text = code.pytorch(setting)
        assert ran(text)[0] == str(ours.shape), setting
        with_weights = IMAGE.sub("x = given\nload(globals().get('layer'))", text)

        def load(theirs: Any, params: Any = params) -> None:
            modules = theirs.modules() if theirs is not None else ()
            for module in modules:
                for name in params if hasattr(module, "weight") else ():
                    getattr(module, name).data = torch.from_numpy(params[name])

        y = ran(with_weights, given=torch.from_numpy(x), load=load)[1].detach().numpy()
        np.testing.assert_allclose(y, ours, rtol=1e-4, atol=1e-5, err_msg=str(setting))


def theirs(setting: Setting, written: str) -> Any:
    """Return the output size that PyTorch itself gives for the words shown, None if it refuses."""
    kind = {name: getattr(torch.nn, name) for name in KINDS}[setting.kind]
    more = {"stride": setting.stride, "padding": eval(written.removeprefix("padding="))}
    if setting.kind != "AvgPool2d":
        more["dilation"] = setting.dilation
    elif setting.dilation != (1, 1):
        return None
    if setting.pools:
        more["ceil_mode"] = setting.ceil_mode
    if setting.transposed:
        more["output_padding"] = setting.output_padding
    try:
        layer = (
            kind(setting.kernel, **more) if setting.pools else kind(3, 8, setting.kernel, **more)
        )
        return tuple(layer(torch.zeros(1, 3, *setting.size)).shape[2:])
    except (RuntimeError, TypeError, ValueError):
        return None


def test_pytorch_answers_as_the_table_says() -> None:
    for setting in working_settings(seed=9, count=1000):
        told = readings(setting)[1]
        assert theirs(setting, told.written) == told.output, (setting, told)
