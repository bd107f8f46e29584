"""What each number means, in a sentence or two: the tooltips of the Train page."""

FIELDS: dict[str, str] = {
    "momentum": "How much of the last step's direction is kept, from 0 to below 1. With 0.9 a "
    "step is about ten times as long where gradients agree.",
    "nesterov": "Look where the momentum leads before correcting it. Needs a momentum above 0.",
    "weight_decay": "Pulls every weight toward zero a little at each step, against overfitting.",
    "betas_1": "Memory of the gradients' running mean: 0.9 remembers about ten steps.",
    "betas_2": "Memory of the squared gradients' running mean: 0.999 remembers about a thousand.",
    "eps": "A small number that keeps a step from being divided by zero.",
    "AdamW.weight_decay": "Shrinks every weight by this share of the learning rate at each step, "
    "whatever its gradients are.",
    "initial_accumulator": "What the sums of squared gradients begin with; above 0, the first "
    "steps are shorter.",
    "RMSProp.alpha": "Memory of the squared gradients' running mean: 0.99 remembers about a "
    "hundred steps.",
    "centered": "Divide by the gradients' standard deviation: their mean is taken off first.",
    "label_smoothing": "Share of each label that is spread over all classes alike, from 0 to below "
    "1. With 0.1 the network learns to be less sure of itself.",
    "shift": "Up to so many pixels up or down, and left or right.",
    "rotate": "Up to so many degrees to either side.",
    "flip": "Mirror half of the images. Clothes stay clothes, most digits do not stay digits.",
    "every": "The rate is lowered each time this fraction of the training is over.",
    "gamma": "What the rate is multiplied with each time.",
    "warmup": "The part of the training in which the rate rises, from 0 to below 1.",
    "start": "The rate at the first step, as a fraction of the learning rate.",
    "end": "The rate at the last step, as a fraction of the learning rate.",
    "out_channels": "Filters of this layer; each makes one map of its output.",
    "kernel_size": "Size of the window: 5, or height and width as in 5, 3.",
    "stride": "Cells the window moves on: 2, or down and across as in 2, 1.",
    "padding": "Cells added around the image: valid adds none, same keeps size ÷ stride, "
    "full takes every overlap; or a number, or a pair, or four in two pairs.",
    "dilation": "Distance between the cells that a kernel sees; 1 leaves no gaps.",
    "ceil_mode": "Give cells that are left over at the end a window of their own.",
    "count_include_pad": "Padding counts as zeros in an average. Off, it is left out, as in "
    "TensorFlow.",
    "groups": "Parts that the channels are divided into, each with filters of its own; 1 connects "
    "all channels, as many as there are channels gives each filters of its own.",
    "output_padding": "Cells added at the end of the output, below the larger of stride and "
    "dilation; it needs padding in numbers.",
    "ConvTranspose2d.kernel_size": "Size of what each input cell lays on the output: 5, or height "
    "and width as in 5, 3.",
    "ConvTranspose2d.stride": "Cells of the output from one input cell to the next: 2 doubles the "
    "size.",
    "ConvTranspose2d.padding": "Cells cut away around the output: a number, or a pair, or four in "
    "two pairs; same gives size × stride, valid at least that, full cuts off every overlap.",
    "ConvTranspose2d.dilation": "Distance between the cells that a kernel reaches; 1 leaves no "
    "gaps.",
    "use_bias": "Add one number per output channel.",
    "weight_init": "How the first weights are drawn: he suits ReLU, xavier suits tanh, "
    "sigmoid or none.",
    "out_features": "Numbers this layer gives out.",
    "rate": "Share of the numbers that are set to zero in training.",
    "negative_slope": "What numbers below zero are multiplied with, from 0 to below 1.",
    "BatchNorm2d.momentum": "Share of each new batch in the running mean and variance that the "
    "layer uses outside training: 0.1 remembers about ten batches.",
    "BatchNorm2d.eps": "Added to each variance: a map that is the same everywhere has variance 0.",
    "LocalResponseNorm.size": "How many neighboring channels divide a number, itself among them.",
    "LocalResponseNorm.alpha": "Weight of the neighbors' mean square; 0 leaves only k.",
    "LocalResponseNorm.beta": "The power of the sum that each number is divided by; 0 divides "
    "by 1.",
    "LocalResponseNorm.k": "Added to the neighbors' squares, so that silent channels stay small.",
}

SETTINGS: dict[str, str] = {
    "data": "What to learn from: gray images of 28×28 pixels in ten classes.",
    "images": "How many of the training images to use, those held out for validation among them. "
    "Fewer images train faster and generalize worse.",
    "network": "A network with the numbers that train it well: choosing one also sets optimizer, "
    "learning rate, batch and epochs.",
    "optimizer": "The rule that turns gradients into steps. SGD follows the gradient; the others "
    "scale each weight's step by its past gradients. Choosing one also sets the learning rate.",
    "lr": "How far one step goes along the gradient. Too large diverges, too small learns slowly.",
    "batch": "Images whose gradients make one step together.",
    "epochs": "How many times all training images are seen.",
    "seed": "The start of all chance: first weights, order of the images and how they are moved, "
    "dropout. The same seed gives the same numbers, to the last bit.",
    "loss": "What the training makes small. Cross-entropy: minus the logarithm of the probability "
    "given to the right class; mean squared error: the probabilities' distance from 1 for the "
    "right class and 0 for the others.",
    "schedule": "How the learning rate changes over the training.",
    "validation": "Training images that are never trained on; they show how well the network does "
    "on new images after each epoch. Empty: a tenth, at most 5,000.",
    "test": "Images that are looked at once, at the very end. Empty: all there are.",
    "threads": "Parts that each batch is split into, one for each processor at work. Sums over "
    "parts round differently, and batch normalization normalizes each part by itself, so this "
    "number is part of the result.",
    "more": "Numbers of the optimizer, course of the learning rate, loss, images moved at "
    "random, images held out.",
    "idle": "When no browser has been connected for so long, runs started here pause themselves. "
    "It holds for everybody who uses this server, until it is restarted.",
    "smoothing": "How far the bold curve looks back: 0.9 about ten steps, 0.99 about a hundred. "
    "The raw curve stays visible behind it.",
    "log": "Draw the loss on a logarithmic axis: small differences late in the training show.",
    "change_lr": "Takes effect with the next step and is written into the run's history.",
}


def hint(kind: str, name: str) -> str:
    """Return a field's tooltip: the one for this class, or else the one for all classes."""
    return FIELDS.get(f"{kind}.{name}", FIELDS.get(name, ""))


def title(name: str) -> str:
    """Return a field's name for people: weight_decay is Weight decay."""
    return name.replace("_", " ").capitalize()
