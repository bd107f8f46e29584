"""What the networks reach: trained from fixed seeds, beside the figures that were published.

    python -m benchmarks.accuracy [--only im2col-lenet …] [--seeds 3] [--write FILE]

Every training has the settings that the Train page offers with the network. What was to choose was
chosen on validation images, 5,000 held out of the training set; the test images are looked at once,
at the end of each training. Results are added to the file as they come, with all that determines
them: a run that is broken off goes on where it was, and what has changed is trained again. Needs
MNIST and Fashion-MNIST (CNNVIZ_DATA_DIR or the cache).
"""

import argparse
import json
import statistics
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cnnviz.data import DataChoice, Splits, load, split
from cnnviz.nn.architectures import ARCHITECTURES, build
from cnnviz.runs.files import write_atomic
from cnnviz.runs.helpers import HelpedTeam
from cnnviz.training import Augment, EpochEnd, Finished, TrainConfig, train

FILE = Path(__file__).with_name("accuracy.json")


@dataclass(frozen=True)
class Task:
    """A network on a data set, what was published for it, and what it is to reach.

    `changes` are settings that differ from the network's own.
    """

    network: str
    data: DataChoice
    published: str
    goal: float
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return network and data set."""
        return f"{self.network} on {self.data.dataset}"

    def config(self, seed: int) -> TrainConfig:
        """Return the settings of one training."""
        return replace(TrainConfig.of(ARCHITECTURES[self.network]), seed=seed, **self.changes)


MNIST, FASHION = DataChoice("mnist"), DataChoice("fashion-mnist")
FEW = DataChoice("mnist", train_images=240, validation_images=40, test_images=40)
CLOTHES = {"augment": Augment(shift=1, flip=True)}
TASKS = (
    Task("tf2-cnn", MNIST, "99.15 %", 0.992),
    Task("gluon-lenet", FASHION, "88 %", 0.905),
    Task("simple-convnet", MNIST, "98.96 %", 0.990, {"epochs": 20}),
    Task("im2col-lenet", MNIST, "–", 0.990),
    Task("lenet-5", MNIST, "99.05 % (LeCun et al. 1998)", 0.990),
    Task("deep-convnet", MNIST, "99.38 %", 0.995),
    Task("deep-convnet", FASHION, "–", 0.930, CLOTHES),
    Task("same-valid-net", FEW, "loss below 1.0 in epoch 6", 0.0),
)


def run(task: Task, splits: Splits, seed: int) -> dict[str, Any]:
    """Train once and return what came of it."""
    losses, result, config = [], None, task.config(seed)
    with HelpedTeam(config.threads) as team:
        for event in train(build(task.network), splits, config, team=team):
            if isinstance(event, EpochEnd):
                losses.append(round(event.train_loss, 4))
                accuracy = event.validation.accuracy
                print(f"  epoch {event.epoch}: validation {accuracy:.2%}", flush=True)
            if isinstance(event, Finished):
                result = event.test
    if result is None:
        raise SystemExit(f"{task.name} with seed {seed} diverged.")
    return {"test": result.accuracy, "train_losses": losses}


def made_with(task: Task, seed: int) -> dict[str, Any]:
    """Return all that determines a result, as plain data."""
    layers = list(ARCHITECTURES[task.network].layers)
    made = {"data": task.data.to_dict(), "layers": layers, **task.config(seed).to_dict()}
    return json.loads(json.dumps(made))  # pairs as lists, as the file gives them back


def row(task: Task, results: list[dict[str, Any]]) -> str:
    """Return a line of the table."""
    config = task.config(0)
    budget = f"{config.epochs} epochs, batch {config.batch_size}"
    if task.goal:
        scores = [result["test"] for result in results]
        ours = f"{statistics.mean(scores):.2%} ({min(scores):.2%} to {max(scores):.2%})"
        goal = f"{task.goal:.1%}"
    else:
        losses = [result["train_losses"][5] for result in results]
        ours = f"loss {statistics.mean(losses):.2f} ({min(losses):.2f} to {max(losses):.2f})"
        goal = "the same"
    cells = (task.name, budget, task.published, goal, ours, str(len(results)))
    return f"| {' | '.join(cells)} |"


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return the table in Markdown."""
    head = "| network | budget | published | to reach | reached, mean (range) | seeds |"
    lines = [head, f"|{'---|' * 6}"]
    lines += [row(task, [*results[task.name].values()]) for task in TASKS if task.name in results]
    return "\n".join(lines)


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    networks = sorted({task.network for task in TASKS})
    parser.add_argument("--only", nargs="+", default=networks, choices=networks)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", type=Path, default=FILE)
    options = parser.parse_args()
    results = json.loads(options.write.read_text()) if options.write.exists() else {}
    for task in TASKS:
        if task.network not in options.only:
            continue
        found = results.setdefault(task.name, {})
        missing = [
            seed
            for seed in range(options.seeds)
            if found.get(str(seed), {}).get("made_with") != made_with(task, seed)
        ]
        splits = split(load(task.data.dataset), task.data) if missing else None
        for seed in missing:
            print(f"{task.name}, seed {seed}", flush=True)
            found[str(seed)] = run(task, splits, seed) | {"made_with": made_with(task, seed)}
            write_atomic(options.write, (json.dumps(results, indent=1) + "\n").encode())
    print(table({name: found for name, found in results.items() if found}))


if __name__ == "__main__":
    main()
