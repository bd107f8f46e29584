"""Training from a terminal."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cnnviz.cli import Bar, parser, run, settings_from
from cnnviz.nn.architectures import ARCHITECTURES
from cnnviz.nn.losses import CrossEntropy, MeanSquaredError
from cnnviz.nn.optim import OPTIMIZERS, SGD, Adam
from cnnviz.runs import RunFolder, RunStatus, list_runs
from cnnviz.runs.commands import Commands
from cnnviz.runs.prepare import check_settings
from cnnviz.training import Augment

QUICK = ["--epochs", "1", "--images", "120", "--batch-size", "20"]
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def own_signals() -> object:
    """Give signals back to the test runner."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_training_prints_progress_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*QUICK, "--epochs", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (made,) = list_runs()
    assert lines[0] == f"Run {made.id}"
    assert any(re.match(r" *\d+% epoch \d/2, [\d,]+ images/s", line) for line in lines)
    assert lines[-5].split() == ["epoch", "loss", "accuracy", "val.", "loss", "val.", "acc.", "s"]
    assert [line.split()[0] for line in lines[-4:-1]] == ["1", "2", "test"]
    assert re.fullmatch(r"Test accuracy \d+\.\d\d %\.", lines[-1])
    assert made.status().state == "finished"
    assert made.settings().origin == "terminal"


def test_numbers_not_given_are_the_networks_own() -> None:
    options = parser().parse_args(["--network", "tf2-cnn", "--epochs", "7"])
    config = settings_from(options).config
    assert (config.epochs, config.batch_size, config.optimizer) == (7, 50, Adam())
    options = parser().parse_args(["--network", "tf2-cnn", "--optimizer", "SGD"])
    config = settings_from(options).config
    assert (config.lr, config.optimizer) == (0.05, SGD())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_has_a_usual_rate(name: str) -> None:
    config = settings_from(parser().parse_args(["--optimizer", name])).config
    assert type(config.optimizer).__name__ == name
    own = ARCHITECTURES["im2col-lenet"]
    usual = own.lr if name == own.optimizer["type"] else OPTIMIZERS[name].usual_lr
    assert config.lr == usual
    assert 0 < usual <= 0.1


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_networks_own_settings_can_be_trained_with(name: str) -> None:
    settings = settings_from(parser().parse_args(["--network", name]))
    check_settings(settings)
    assert settings.config.to_dict()["loss"]["type"] == ARCHITECTURES[name].loss["type"]


def test_loss_and_augmentation() -> None:
    usual = settings_from(parser().parse_args([])).config
    assert (usual.loss, usual.augment) == (CrossEntropy(), Augment())
    words = "--label-smoothing 0.1 --shift 2 --rotate 7.5 --flip"
    asked = settings_from(parser().parse_args(words.split())).config
    assert (asked.loss, asked.augment) == (CrossEntropy(0.1), Augment(2, 7.5, True))
    other = settings_from(parser().parse_args(["--loss", "MeanSquaredError"])).config
    assert other.loss == MeanSquaredError()


def test_what_a_network_has_of_its_own_is_kept_unless_another_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    smooth = {"type": "CrossEntropy", "label_smoothing": 0.2}
    own = replace(ARCHITECTURES["tf2-cnn"], loss=smooth, augment={"shift": 3, "flip": True})
    monkeypatch.setitem(ARCHITECTURES, "tf2-cnn", own)
    words = ["--network", "tf2-cnn", "--no-flip", "--loss"]
    same = settings_from(parser().parse_args([*words, "CrossEntropy"])).config
    assert (same.loss, same.augment) == (CrossEntropy(0.2), Augment(shift=3))
    other = settings_from(parser().parse_args([*words, "MeanSquaredError"])).config
    assert other.loss == MeanSquaredError()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--dataset", "mnits"], "There is no data set “mnits” here, only digits"),
        (["--images", "1"], "1 training images − 1 held out for validation leave 0 to train on"),
        (["--images", "1498"], "1,498 training images were asked for, but Digits (scikit-learn)"),
        (["--network", "x"], "There is no network 'x'; there are im2col-lenet, tf2-cnn,"),
        (
            ["--optimizer", "x"],
            "There is no optimizer 'x'; there are SGD, AdaGrad, RMSProp, Adam, AdamW.",
        ),
        (["--schedule", "x"], "There is no schedule 'x'; there are Constant, Step, OneCycle."),
        (["--loss", "x"], "There is no loss 'x'; there are CrossEntropy, MeanSquaredError."),
        (["--label-smoothing", "1"], "CrossEntropy: label_smoothing must be at least 0 and below"),
        (
            ["--loss", "MeanSquaredError", "--label-smoothing", "0.1"],
            "MeanSquaredError has no field 'label_smoothing'; its fields: none.",
        ),
        (["--shift", "-1"], "Shift must be at least 0, received -1."),
        (["--shift", "28"], "push images of 28×28 out of sight; choose at most 28 − 1 = 27."),
        (["--rotate", "181"], "Rotate must be at most 180 degrees to either side"),
        (["--epochs", "0"], "epochs must be a whole number from 1 to 9,999, not 0."),
        (["--batch-size", "0"], "batch_size must be a whole number"),
        (["--lr", "-1"], "The learning rate must be above 0"),
        (["--seed", "-1"], "seed must be a whole number from 0"),
        (["--threads", "65"], "threads must be a whole number from 1 to 64"),
        (["--images", "0"], "at least 1"),
        (["--resume", "x"], "There is no run 'x'; there are none yet."),
        (["--run", "nowhere"], "nowhere is not the folder of a run: it has no settings.json."),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("cnnviz: ")
    assert told in error
    assert error.count("\n") == 1
    assert list_runs() == []
    assert not Path("nowhere").exists()


def test_damaged_data_and_a_wrong_folder_are_told_before_a_run_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CNNVIZ_DATA_DIR", str(tmp_path / "data"))
    assert run(["--dataset", "mnist"]) == 2
    assert "data, which is no folder)" in capsys.readouterr().err
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "data" / "mnist" / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03")
    assert run(["--dataset", "mnist"]) == 2
    assert "train-labels-idx1-ubyte is missing" in capsys.readouterr().err
    assert list_runs() == []


def test_divergence_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*QUICK, "--lr", "1e20"]) == 1
    assert "try a tenth: 1e+19" in capsys.readouterr().err


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--list"]) == 0
    assert "There are no runs yet" in capsys.readouterr().out
    run(QUICK)
    capsys.readouterr()
    assert run(["--list"]) == 0
    (made,) = list_runs()
    assert capsys.readouterr().out.split() == [made.id, "finished", "step", "6/6"]


def test_a_finished_run_is_not_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    run(QUICK)
    (made,) = list_runs()
    assert run(["--resume", made.id]) == 2
    assert "is finished and cannot go on; start a new one." in capsys.readouterr().err


def test_another_folder(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    assert run([*QUICK, "--runs-dir", str(other)]) == 0
    assert list_runs() == []
    assert len(list_runs(other)) == 1
    assert run(["--list", "--runs-dir", str(other)]) == 0


def interrupted(number: int, root: Path) -> tuple[RunFolder, str, int]:
    """Train in a process, send it a signal after a few steps; return run, words and exit code."""
    command = [sys.executable, "-m", "cnnviz", "--epochs", "900", "--images", "300"]
    command += ["--runs-dir", str(root)]
    training = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    end = time.monotonic() + 20
    while not (runs := list_runs(root)) or len(runs[0].history()) < 3:
        assert time.monotonic() < end
        time.sleep(0.01)
    training.send_signal(number)
    out, _ = training.communicate(timeout=10)
    return runs[0], out, training.returncode


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to the whole console")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_ctrl_c_or_a_closed_terminal_leaves_a_checkpoint_and_says_how_to_go_on(
    name: str, tmp_path: Path
) -> None:
    number = getattr(signal, name)
    run, out, code = interrupted(number, tmp_path)
    assert code == 128 + number
    assert f"python -m cnnviz --resume {run.id} --runs-dir {tmp_path} goes on" in out
    assert "Traceback" not in out
    status = run.status()
    assert (status.state, len(run.history())) == ("paused", status.step)


def test_help_names_what_people_need_and_hides_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        run(["--help"])
    text = capsys.readouterr().out
    assert "--dataset" in text
    assert "--commands" not in text
    assert "--checkpoint-seconds" not in text


def test_a_bar_that_nobody_can_read_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdout", Gone())
    Bar(terminal=True).show(RunStatus("training", 30, 60, 1, 2))
    Bar(terminal=False).show(RunStatus("training", 30, 60, 1, 2))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_under_nohup_a_closed_terminal_ends_nothing() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        Commands().on_signals("Paused.")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_the_bar_is_drawn_in_place_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(terminal=True)
    bar.show(RunStatus("starting"))
    bar.show(RunStatus("training", 30, 60, 1, 2, images_per_second=1234.0, remaining=3.2))
    bar.end()
    out = capsys.readouterr().out
    assert re.fullmatch(r"\r\[(#+)(-+)\]  50% epoch 1/2, 1,234 images/s, 3 s left \n", out)
