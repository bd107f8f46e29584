"""Looks at a run beside the page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from cnnviz.runs import RunFolder
from cnnviz.ui.components.board import plain
from cnnviz.ui.inside import pulse
from cnnviz.ui.routes import routes, watcher_asking
from cnnviz.ui.service import Watcher
from cnnviz.ui.train.live import rows
from cnnviz.ui.train.looks import ANSWERS, answer, looks, wanted
from cnnviz.ui.train.view import Look, read
from tests.runs.run_tools import SETTINGS, whole_run

ME = Watcher("0123456789abcdef", "127.0.0.1")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def run(root: Path) -> RunFolder:
    return whole_run(root)


@pytest.fixture(autouse=True)
def kept_here(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS_DIR", str(root))


def request(run: str, query: str, site: str = "same-origin") -> Request:
    scope = {"type": "http", "path_params": {"run": run}, "query_string": query.encode()}
    headers = [(b"sec-fetch-site", site.encode())]
    return Request({**scope, "headers": headers, "client": ("127.0.0.1", 50_000)})


def asked(run: str, query: str = "smoothing=0.9&log=0") -> Any:
    return json.loads(answer(request(run, query)).body)


def refused(run: str, query: str = "smoothing=0.9&log=0") -> int:
    with pytest.raises(HTTPException) as error:
        asked(run, query)
    return error.value.status_code


@pytest.mark.parametrize("look", [Look(), Look(0.0, log=True), Look(0.5, cell=(3, 8))])
def test_a_look_at_its_address_brings_what_the_page_draws(run: RunFolder, look: Look) -> None:
    view = read(run, SETTINGS)
    address = urlsplit(looks(view, look, ME).address)
    assert wanted(dict(parse_qsl(address.query))) == look
    found = asked(address.path.removeprefix("looks/"), address.query)
    assert found["rows"] == json.loads(json.dumps(plain(rows(view, look))))
    assert found["state"] == looks(view, look, ME).state
    assert found["every"] is None
    assert found["at"] > view.at


def test_looks_differ_where_readers_wish_otherwise(run: RunFolder) -> None:
    view = read(run, SETTINGS)
    pictures = [plain(rows(view, look)) for look in (Look(), Look(log=True), Look(0.5))]
    assert len({json.dumps(picture) for picture in pictures}) == 3
    cells = [plain(rows(view, Look(cell=(3, taken)))) for taken in (3, 4)]
    assert "3, recognized" in json.dumps(cells[0])
    assert "3 taken for 4" in json.dumps(cells[1])


def test_a_board_knows_until_when_and_how_often_to_look(run: RunFolder) -> None:
    view = read(run, SETTINGS)
    assert looks(view, Look(), ME).every is None
    going_on = replace(view, status=replace(view.status, state="paused"))
    assert looks(going_on, Look(), ME).every == 3
    assert looks(going_on, Look(), ME).state.startswith("paused")
    faster = replace(going_on, status=replace(going_on.status, lr=0.5))
    assert looks(going_on, Look(), ME).state != looks(faster, Look(), ME).state


@pytest.mark.parametrize(
    "name",
    [
        "20261122-034000-gone-0abc",
        "..",
        "nothing",
        "",
        "../20261122-034000-gone-0abc",
        r"\\elsewhere\share\20261122-034000-gone-0abc",
    ],
)
def test_there_is_nothing_where_there_is_no_run(run: RunFolder, name: str) -> None:
    assert refused(name) == 404
    with pytest.raises(HTTPException, match="There is no such run"):
        pulse.answer(request(name, ""))


@pytest.mark.parametrize(
    "query",
    ["", "smoothing=2&log=0", "smoothing=x&log=0", "smoothing=0.9&log=7"]
    + [f"smoothing=0.9&log=0&cell={cell}" for cell in ("3", "3-11", "3--1", "a-b", "")],
)
def test_nonsense_is_refused(run: RunFolder, query: str) -> None:
    assert refused(run.id, query) == 400


def test_a_damaged_run_is_looked_at_as_far_as_it_goes(root: Path) -> None:
    run = whole_run(root)
    (run.path / "settings.json").write_text("{")
    found = asked(run.id)
    assert found["state"].startswith("damaged")
    assert (found["every"], len(found["rows"])) == (None, 2)


def test_there_is_news_when_a_run_has_another_checkpoint_or_state(run: RunFolder) -> None:
    seen = pulse.look_at(run)
    found = json.loads(pulse.answer(request(run.id, "watcher=w")).body)
    assert (found["state"], found["every"], found["rows"]) == (seen.state, None, [])
    assert seen.state == f"finished {run.checkpoint_steps()[-1]}"
    others = [replace(seen, latest=3), replace(seen, status=replace(seen.status, state="paused"))]
    assert len({one.state for one in (seen, *others)}) == 3
    assert [pulse.looks(one, ME).every for one in others] == [None, 3]


def test_only_tabs_with_a_name_of_ours_count() -> None:
    names = ["0123456789abcdef", "", "w1", "0123456789ABCDEF", "0123456789abcdef0"]
    found = [watcher_asking(request("", f"watcher={name}")).name for name in names]
    assert found == [names[0], "", "", "", ""]
    assert watcher_asking(request("", "", "none")).address == "127.0.0.1"
    for site in ("cross-site", "same-site"):
        with pytest.raises(HTTPException, match="Only pages of this server"):
            watcher_asking(request("", "", site))


@pytest.mark.parametrize(
    ("below", "path"),
    [("", "/looks/{run}"), ("net", "/net/looks/{run}"), ("/a/b/", "/a/b/looks/{run}")],
)
def test_routes_lie_where_the_server_is_set_to(
    monkeypatch: pytest.MonkeyPatch, below: str, path: str
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": below}.__getitem__)
    assert [route.path for route in routes(ANSWERS)] == [path]
