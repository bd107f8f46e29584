"""The optimizers by name: an entry here is all that the settings need to offer one."""

from cnnviz.nn.optim.adaptive import AdaGrad, Adam, AdamW, RMSProp
from cnnviz.nn.optim.base import Optimizer, State
from cnnviz.nn.optim.sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "AdaGrad", "Adam", "AdamW", "Optimizer", "RMSProp", "State"]

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "SGD": SGD,
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
    "AdamW": AdamW,
}
