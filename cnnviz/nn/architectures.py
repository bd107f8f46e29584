"""Named networks as plain data, each with its source and with numbers that train it well."""

from dataclasses import dataclass, field

from cnnviz.nn.model import Sequential
from cnnviz.nn.spec import Spec

CLASSES = 10


@dataclass(frozen=True)
class Architecture:
    """A network with the settings that train it well.

    `augment` has the names of the training's augmentation that are not left at none.
    """

    name: str
    title: str
    source: str
    layers: tuple[Spec, ...]
    batch_size: int
    lr: float
    optimizer: Spec
    schedule: Spec
    epochs: int
    loss: Spec = field(default_factory=lambda: {"type": "CrossEntropy"})
    augment: Spec = field(default_factory=dict)


def conv(channels: int, kernel: int, **more: object) -> Spec:
    """Return a convolution as data."""
    return {"type": "Conv2d", "out_channels": channels, "kernel_size": kernel, **more}


def linear(features: int, **more: object) -> Spec:
    """Return a linear layer as data."""
    return {"type": "Linear", "out_features": features, **more}


def normalized(channels: int) -> tuple[Spec, ...]:
    """Return a 3×3 convolution with batch normalization, which brings the bias, and ReLU."""
    return conv(channels, 3, padding="same", use_bias=False), {"type": "BatchNorm2d"}, RELU


RELU: Spec = {"type": "ReLU"}
FLATTEN: Spec = {"type": "Flatten"}
POOL: Spec = {"type": "MaxPool2d", "kernel_size": 2}
OVERLAPPING: Spec = {"type": "MaxPool2d", "kernel_size": 3, "stride": 2}
MEAN: Spec = {"type": "AvgPool2d", "kernel_size": 2}
TANH: Spec = {"type": "Tanh"}
NEIGHBORS: Spec = {"type": "LocalResponseNorm", "size": 5, "alpha": 5e-4, "k": 2.0}
XAVIER = {"weight_init": "xavier"}
LOGITS = linear(CLASSES)
DROPOUT: Spec = {"type": "Dropout"}
MOMENTUM: Spec = {"type": "SGD", "momentum": 0.9}
PLAIN: Spec = {"type": "SGD"}
ADAM: Spec = {"type": "Adam"}
CONSTANT: Spec = {"type": "Constant"}
ONE_CYCLE: Spec = {"type": "OneCycle"}

ARCHITECTURES: dict[str, Architecture] = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            name="im2col-lenet",
            title="LeNet by im2col",
            source="LeNet-5 with ReLU and max-pooling, as in NumPy tutorials on im2col.",
            layers=(
                *(conv(6, 5), RELU, POOL, conv(16, 5), RELU, POOL, FLATTEN),
                *(linear(120), RELU, linear(84), RELU, LOGITS),
            ),
            batch_size=64,
            lr=0.05,
            optimizer=MOMENTUM,
            schedule=ONE_CYCLE,
            epochs=4,
        ),
        Architecture(
            name="tf2-cnn",
            title="TensorFlow's MNIST network",
            source="The two convolutions and two dense layers of TensorFlow's MNIST tutorials.",
            layers=(
                *(conv(32, 5, padding="same"), RELU, POOL),
                *(conv(64, 5, padding="same"), RELU, POOL, FLATTEN, linear(1024), RELU, LOGITS),
            ),
            batch_size=50,
            lr=0.001,
            optimizer=ADAM,
            schedule=ONE_CYCLE,
            epochs=5,
        ),
        Architecture(
            name="gluon-lenet",
            title="Gluon's LeNet",
            source="LeNet as in the MXNet Gluon introductions, with ReLU and 3×3 kernels behind.",
            layers=(
                *(conv(20, 5), RELU, POOL, conv(50, 3), RELU, POOL, FLATTEN),
                *(linear(128), RELU, LOGITS),
            ),
            batch_size=256,
            lr=0.1,
            optimizer=MOMENTUM,
            schedule=ONE_CYCLE,
            epochs=5,
        ),
        Architecture(
            name="simple-convnet",
            title="One convolution",
            source="SimpleConvNet of the book Deep Learning from Scratch (K. Saitoh).",
            layers=(conv(30, 5), RELU, POOL, FLATTEN, linear(100), RELU, LOGITS),
            batch_size=100,
            lr=0.003,
            optimizer=ADAM,
            schedule=ONE_CYCLE,
            epochs=5,
            augment={"shift": 1},
        ),
        Architecture(
            name="same-valid-net",
            title="SAME, then VALID with stride 2",
            source="A tutorial's two 3×3 convolutions that show both paddings, trained on little.",
            layers=(
                *(conv(8, 3, padding="same"), RELU, conv(8, 3, stride=2), RELU),
                *(FLATTEN, LOGITS),
            ),
            batch_size=10,
            lr=0.03,
            optimizer=PLAIN,
            schedule=CONSTANT,
            epochs=10,
        ),
        Architecture(
            name="lenet-5",
            title="LeNet-5 of 1998",
            source="Y. LeCun and others, Gradient-Based Learning Applied to Document Recognition "
            "(1998), with tanh and mean pooling, every filter seeing every map.",
            layers=(
                *(conv(6, 5, padding=2, **XAVIER), TANH, MEAN),
                *(conv(16, 5, **XAVIER), TANH, MEAN, FLATTEN),
                *(linear(120, **XAVIER), TANH, linear(84, **XAVIER), TANH),
                linear(CLASSES, **XAVIER),
            ),
            batch_size=64,
            lr=0.02,
            optimizer=MOMENTUM,
            schedule=ONE_CYCLE,
            epochs=10,
            augment={"shift": 1},
        ),
        Architecture(
            name="alexnet-mini",
            title="AlexNet for small images",
            source="A. Krizhevsky and others, ImageNet Classification with Deep Convolutional "
            "Neural Networks (2012): its kinds of layers, two groups included, for 28×28 pixels.",
            layers=(
                *(conv(32, 5, padding="same"), RELU, NEIGHBORS, OVERLAPPING),
                *(conv(64, 5, padding="same", groups=2), RELU, NEIGHBORS, OVERLAPPING),
                *(conv(96, 3, padding="same"), RELU, conv(64, 3, padding="same", groups=2), RELU),
                *(OVERLAPPING, FLATTEN, DROPOUT, linear(256), RELU, DROPOUT, linear(256), RELU),
                LOGITS,
            ),
            batch_size=128,
            lr=0.01,
            optimizer=MOMENTUM,
            schedule=ONE_CYCLE,
            epochs=5,
        ),
        Architecture(
            name="deep-convnet",
            title="Stacks of 3×3 convolutions",
            source="Pairs of 3×3 convolutions as in K. Simonyan and A. Zisserman (2014), with "
            "batch normalization of S. Ioffe and C. Szegedy (2015) and dropout.",
            layers=(
                *(*normalized(16), *normalized(16), POOL),
                *(*normalized(32), *normalized(32), POOL),
                *(*normalized(64), *normalized(64), POOL, FLATTEN),
                *(linear(128), RELU, {"type": "Dropout", "rate": 0.3}, LOGITS),
            ),
            batch_size=64,
            lr=0.1,
            optimizer=MOMENTUM,
            schedule=ONE_CYCLE,
            epochs=10,
            augment={"shift": 2},
        ),
        Architecture(
            name="sprint",
            title="A sprint to 99 %",
            source="Made for the shortest way to 99 % of MNIST's test images: LeNet's plan with "
            "8 and 24 filters, and one dense layer before the last.",
            layers=(
                *(conv(8, 5), RELU, POOL, conv(24, 5), RELU, POOL, FLATTEN),
                *(linear(120), RELU, LOGITS),
            ),
            batch_size=64,
            lr=0.1,
            optimizer={"type": "SGD", "momentum": 0.9, "nesterov": True},
            schedule={"type": "OneCycle", "warmup": 0.15},
            epochs=2,
        ),
        Architecture(
            name="tiny",
            title="Two small convolutions",
            source="Made for the first click: learns the offline digits in about two seconds.",
            layers=(*(conv(8, 5, stride=2), RELU, conv(16, 3), RELU, POOL, FLATTEN, LOGITS),),
            batch_size=32,
            lr=0.05,
            optimizer=MOMENTUM,
            schedule=ONE_CYCLE,
            epochs=12,
            augment={"shift": 1},
        ),
    )
}


def build(name: str) -> Sequential:
    """Return the network of that name; ValueError lists the names there are."""
    if name not in ARCHITECTURES:
        raise ValueError(f"There is no network {name!r}; there are {', '.join(ARCHITECTURES)}.")
    return Sequential.from_specs(ARCHITECTURES[name].layers)
