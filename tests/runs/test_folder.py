"""Reading a run: what was trained is what is read, and damage is told, never raised."""

import json
import os
import stat
import threading
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from run_tools import SETTINGS, STEPS

from cnnviz.data import load, split
from cnnviz.nn.model import Sequential
from cnnviz.runs import RunError, RunFolder, RunSettings, RunStatus, find_run, layout, list_runs
from cnnviz.runs.files import pack, unpack, write_atomic
from cnnviz.runs.records import read_epochs, read_history
from cnnviz.runs.status import alive, this_process
from cnnviz.training import Checkpoint, EpochEnd, Finished, StepEnd, train

FILES = [
    "settings.json",
    "status.json",
    "steps.bin",
    "epochs.jsonl",
    "resume.safetensors",
    "live.safetensors",
    "checkpoints/00000007.safetensors",
    "evaluations/epoch-0002.npz",
    "evaluations/test.npz",
]


def test_the_folder_holds_the_numbers_of_the_generator(finished: RunFolder) -> None:
    model = Sequential.from_specs(SETTINGS.layers)
    splits = split(load("digits"), SETTINGS.data)
    events = list(train(model, splits, SETTINGS.config))
    steps = [e for e in events if isinstance(e, StepEnd)]
    history = finished.history()
    assert history["loss"].tolist() == [e.loss for e in steps]
    assert history["step"].tolist() == list(range(1, STEPS + 1))
    assert history["epoch"].tolist() == [1] * 13 + [2] * 13 + [3] * 13
    assert history["correct"].tolist() == [e.correct for e in steps]
    assert history["lr"].tolist() == [e.lr for e in steps]
    assert (np.diff(history["seconds"]) > 0).all()
    ends = [e for e in events if isinstance(e, EpochEnd)]
    assert [r.validation_loss for r in finished.epochs()] == [e.validation.loss for e in ends]
    assert isinstance(events[-1], Finished)
    test = finished.evaluation("test")
    assert test is not None
    assert test.predictions.tolist() == events[-1].test.predictions.tolist()
    validation = finished.evaluation(2)
    assert validation is not None
    assert validation.confidences.tolist() == ends[1].validation.confidences.tolist()
    assert finished.checkpoint_steps() == [e.step for e in events if isinstance(e, Checkpoint)]


def test_what_a_page_shows_of_it(finished: RunFolder) -> None:
    status = finished.status()
    assert (status.state, status.step, status.total_steps) == ("finished", STEPS, STEPS)
    assert (status.epoch, status.epochs, status.pid) == (3, 3, None)
    assert status.message.startswith("Test accuracy ")
    assert status.elapsed > 0
    assert finished.settings() == SETTINGS
    live = finished.live()
    assert live is not None
    assert (live.step, live.weight.shape, live.probs.shape[1]) == (STEPS, (3, 1, 5, 5), 10)
    np.testing.assert_allclose(live.probs.sum(axis=1), 1, rtol=1e-5)
    assert finished.params(STEPS)[0]["weight"].tobytes() == live.weight.tobytes()
    assert finished.params(STEPS)[2] == {}
    assert finished.damage() == []
    assert finished.evaluation(4) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_may_look(finished: RunFolder) -> None:
    assert stat.S_IMODE(finished.path.stat().st_mode) == 0o700


def spoil(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "cut off":
        path.write_bytes(data[: len(data) // 2])
    elif how == "garbage":
        path.write_bytes(np.random.default_rng(0).bytes(len(data)))
    elif how == "one bit":
        place = len(data) * 3 // 4
        path.write_bytes(data[:place] + bytes([data[place] ^ 64]) + data[place + 1 :])
    elif how == "a folder":
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("how", ["missing", "empty", "cut off", "garbage", "one bit", "a folder"])
@pytest.mark.parametrize("name", FILES)
def test_a_spoiled_file_is_told_and_the_rest_is_read(
    copied: RunFolder, name: str, how: str
) -> None:
    spoil(copied.path / name, how)
    told = copied.damage()
    optional = (
        name.startswith(("checkpoints", "evaluations", "live", "resume")) and how == "missing"
    )
    lucky = how == "one bit" and name in (
        "settings.json",
        "status.json",
        "epochs.jsonl",
        "steps.bin",
    )
    assert told or optional or lucky
    assert all(sentence.endswith(".") for sentence in told)
    assert [run.id for run in list_runs(copied.path.parent)] == [copied.id]
    everything(copied)
    if name in ("settings.json", "status.json") and not lucky:
        assert copied.status().state == "damaged"
        assert name in copied.status().message
    elif not lucky:
        assert copied.status().state == "finished"


def everything(run: RunFolder) -> None:
    """Read all that pages read; nothing may raise but `params` and `settings`, with a sentence."""
    assert len(run.history()) <= STEPS
    assert len(run.epochs()) <= 3
    run.live()
    run.evaluation(2)
    run.evaluation("test")
    for step in run.checkpoint_steps():
        try:
            run.params(step)
            run.settings()
        except RunError as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("name", "how", "told"),
    [
        ("settings.json", "missing", "settings.json is missing."),
        ("status.json", "garbage", "status.json is not valid JSON."),
        (
            "steps.bin",
            "garbage",
            "steps.bin can be read up to step 0; record 1 of 39 makes no sense.",
        ),
        (
            "steps.bin",
            "cut off",
            "steps.bin ends at step 19, before the last checkpoint at step 39.",
        ),
        ("epochs.jsonl", "garbage", "epochs.jsonl can be read up to epoch 0 of"),
        ("epochs.jsonl", "empty", "epochs.jsonl ends at epoch 0 of 3."),
        ("live.safetensors", "cut off", "live.safetensors cannot be read: it is cut off or not of"),
        ("checkpoints/00000007.safetensors", "one bit", "its checksum is wrong."),
        ("evaluations/epoch-0002.npz", "garbage", "evaluations/epoch-0002.npz cannot be read."),
        ("resume.safetensors", "cut off", "resume.safetensors cannot be read"),
    ],
)
def test_the_sentences(copied: RunFolder, name: str, how: str, told: str) -> None:
    spoil(copied.path / name, how)
    assert told in " ".join(copied.damage())


@pytest.mark.parametrize("name", ["evaluations/test.npz", "status.json", "live.safetensors"])
def test_no_changed_byte_is_an_error(copied: RunFolder, name: str) -> None:
    path, rng = copied.path / name, np.random.default_rng(0)
    good = path.read_bytes()
    for place in rng.integers(0, len(good), 40):
        for bit in (1, 32):
            spoiled = bytearray(good)
            spoiled[place] ^= bit
            path.write_bytes(spoiled)
            everything(copied)
            copied.status()
            copied.damage()


@pytest.mark.parametrize("field", [field.name for field in fields(RunStatus)])
@pytest.mark.parametrize("value", [None, -1, 10**30, "x", []])
def test_a_status_of_other_values_is_damaged_or_can_be_shown(
    copied: RunFolder, field: str, value: object
) -> None:
    plain = replace(copied.status(), state="training", **this_process()).to_dict()
    write_atomic(copied.path / "status.json", json.dumps(plain | {field: value}).encode())
    status = copied.status()
    assert f"{status.state:11} {status.step:,}/{status.total_steps:,} {status.elapsed:.0f}"
    assert status.message.strip() == status.message


def test_last_words_in_the_moment_of_looking_are_read(
    copied: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = copied.status().to_dict()
    before = last | {"state": "training", **this_process()}
    write_atomic(copied.path / "status.json", json.dumps(before).encode())

    def ends_just_now(pid: int | None, created: float | None) -> bool:
        write_atomic(copied.path / "status.json", json.dumps(last).encode())
        return False

    monkeypatch.setattr("cnnviz.runs.folder.alive", ends_just_now)
    assert copied.status().state == "finished"


def test_a_changed_number_in_a_resume_file_is_found(copied: RunFolder) -> None:
    path = copied.path / "resume.safetensors"
    data = path.read_bytes()
    assert data.count(b'"step":"39"') == 1
    path.write_bytes(data.replace(b'"step":"39"', b'"step":"38"'))
    assert "its checksum is wrong" in " ".join(copied.damage())


@pytest.mark.parametrize("bytes_more", [1, 39])
def test_a_torn_record_and_a_torn_line_are_no_damage(copied: RunFolder, bytes_more: int) -> None:
    for name in ("steps.bin", "epochs.jsonl"):
        with (copied.path / name).open("ab") as file:
            file.write((copied.path / name).read_bytes()[:bytes_more])
    assert len(copied.history()) == STEPS
    assert len(copied.epochs()) == 3
    assert copied.damage() == []


def test_a_record_that_makes_no_sense_ends_the_history_before_it(copied: RunFolder) -> None:
    path = copied.path / "steps.bin"
    data = bytearray(path.read_bytes())
    data[10 * 40] ^= 1
    path.write_bytes(data)
    history, told = read_history(path)
    assert history["step"].tolist() == list(range(1, 11))
    assert told == "steps.bin can be read up to step 10; record 11 of 39 makes no sense."


def test_an_epoch_line_of_another_kind_ends_the_list_before_it(copied: RunFolder) -> None:
    path = copied.path / "epochs.jsonl"
    first, *_ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b'{"epoch": 2}\n')
    epochs, told = read_epochs(path)
    assert [record.epoch for record in epochs] == [1]
    assert told == "epochs.jsonl can be read up to epoch 1 of 2."


def test_the_list_is_newest_first_and_passes_over_what_is_no_run(tmp_path: Path) -> None:
    for name in ("20260101-000000-b-0001", "20261231-000000-a-0002", "notes", ".20270101-000000-x"):
        (tmp_path / name).mkdir()
    (tmp_path / "20250101-000000-file-0003").write_text("no folder")
    assert [run.id for run in list_runs(tmp_path)] == [
        "20261231-000000-a-0002",
        "20260101-000000-b-0001",
    ]
    assert all(run.status().state == "damaged" for run in list_runs(tmp_path))
    assert list_runs(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["nothing", "../../etc", "", "20260101-000000-a-0001/.."])
def test_a_wrong_id_is_named(copied: RunFolder, name: str) -> None:
    with pytest.raises(RunError, match=f"There is no run .*; the latest is {copied.id}"):
        find_run(name, copied.path.parent)


def test_an_active_run_without_its_process_is_interrupted(copied: RunFolder) -> None:
    path = copied.path / "status.json"
    status = RunStatus.from_dict(json.loads(path.read_text()))
    here = replace(status, state="training", step=7, **this_process())
    path.write_text(json.dumps(here.to_dict()))
    assert copied.status().state == "training"
    gone = replace(here, process_created=1.0)
    path.write_text(json.dumps(gone.to_dict()))
    assert copied.status().state == "interrupted"
    assert "ended without a word after step 7; press Resume" in copied.status().message
    path.write_text(json.dumps(replace(gone, state="queued").to_dict()))
    assert "in whose queue it waited has ended" in copied.status().message
    assert not alive(None, None)
    assert not alive(2**30, 0.0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"layers": None}, "cannot be used"),
        ({"config": {"epochs": 0}}, "epochs must be a whole number from 1"),
        ({"data": {"dataset": ""}}, "must be given by its name"),
        ({"data": 3}, "cannot be used"),
    ],
)
def test_wrong_settings_are_named(change: dict[str, object], told: str) -> None:
    with pytest.raises(RunError, match=told):
        RunSettings.from_dict(SETTINGS.to_dict() | change)


@pytest.mark.parametrize(
    ("plain", "told"),
    [([], "not list"), ({"network": "x"}, "lack data, layers, config, origin, created")],
)
def test_settings_of_another_form_are_named(plain: object, told: str) -> None:
    with pytest.raises(RunError, match=told):
        RunSettings.from_dict(plain)


def test_settings_to_json_and_back() -> None:
    assert RunSettings.from_dict(json.loads(json.dumps(SETTINGS.to_dict()))) == SETTINGS


def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    write_atomic(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["x"]


def test_arrays_and_texts_travel_together(tmp_path: Path) -> None:
    arrays = {"b": np.arange(6, dtype=np.float32).reshape(2, 3).T, "a": np.zeros(0, np.uint8)}
    (tmp_path / "x").write_bytes(pack(arrays, {"step": "7"}))
    back, metadata = unpack(tmp_path / "x")
    assert metadata["step"] == "7"
    assert list(back) == ["b", "a"]
    assert all(np.array_equal(arrays[name], back[name]) for name in arrays)


def test_names_sort_by_time_and_are_safe_as_paths() -> None:
    name = layout.new_id("My Net/../v2 ")
    assert layout.RUN_ID.fullmatch(name)
    assert "-my-net-v2-" in name
    assert layout.RUN_ID.fullmatch(layout.new_id("網路"))


def test_a_reader_sees_the_old_file_or_the_new_one_and_never_a_mixture(tmp_path: Path) -> None:
    path, seen, over = tmp_path / "x", set(), threading.Event()
    contents = {bytes([letter]) * 300_000 for letter in b"ab"}
    write_atomic(path, b"a" * 300_000)

    def read() -> None:
        while not over.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(100):
        for content in contents:
            write_atomic(path, content, durable=False)
    over.set()
    reader.join()
    assert seen <= contents
