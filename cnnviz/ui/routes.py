"""What the server answers beside its pages, to boards that ask."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from cnnviz.runs.folder import RunFolder
from cnnviz.runs.layout import RUN_ID, runs_root
from cnnviz.ui.components.board import Looks, Part, plain
from cnnviz.ui.service import Watcher

Answer = Callable[[Request], JSONResponse]

AS_IT_IS = {"Content-Encoding": "identity", "Cache-Control": "no-store"}  # packing takes longer
WATCHER = re.compile("[0-9a-f]{16}")
STARTED = secrets.token_hex(8)
"""Another one after each start of the server."""


def routes(answers: Mapping[str, Answer]) -> list[Route]:
    """Return the routes to answers by their paths, below the path that the server is set to."""
    below = st.get_option("server.baseUrlPath").strip("/")
    prefix = f"/{below}" if below else ""
    return [Route(f"{prefix}/{path}", answer) for path, answer in answers.items()]


def address(path: str, **asked: object) -> str:
    """Return what a board asks, relative to its page; in the browser its name is added."""
    return f"{path}?{urlencode(asked)}"


def run_asked(request: Request) -> RunFolder:
    """Return the run that a request names; raises HTTPException (404) where there is none."""
    name = request.path_params["run"]
    if not RUN_ID.fullmatch(name) or not (runs_root() / name).is_dir():
        raise HTTPException(404, "There is no such run.")
    return RunFolder(runs_root() / name)


def watcher_asking(request: Request) -> Watcher:
    """Return the browser that asks; raises HTTPException (403) where another site has it ask."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise HTTPException(403, "Only pages of this server look at its runs.")
    name = request.query_params.get("watcher", "")
    host = request.client.host if request.client else None
    return Watcher(name if WATCHER.fullmatch(name) else "", host)


def answered(looks: Looks, rows: Sequence[Sequence[Part]] = ()) -> JSONResponse:
    """Return what a board draws, when that was so, the state, and when to ask again, as JSON."""
    return JSONResponse({**vars(looks), "rows": plain(rows)}, headers=AS_IT_IS)


def started(_: Request) -> JSONResponse:
    """Answer with the mark of this start of the server."""
    return JSONResponse({"started": STARTED}, headers=AS_IT_IS)
