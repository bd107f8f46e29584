"""Answers to a board that asks beside its page, for all pages that have one."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from cnnviz.runs.folder import RunFolder
from cnnviz.runs.layout import RUN_ID, runs_root
from cnnviz.ui.components.board import Looks, Part, plain
from cnnviz.ui.service import Watcher

AS_IT_IS = {"Content-Encoding": "identity", "Cache-Control": "no-store"}  # packing takes longer


def address(path: str, watcher: Watcher, **asked: object) -> str:
    """Return what a board asks, relative to its page."""
    return f"{path}?{urlencode(asked | {'watcher': watcher.name})}"


def run_asked(request: Request) -> RunFolder:
    """Return the run that a request names; raises HTTPException (404) where there is none."""
    run = RunFolder(runs_root() / request.path_params["run"])
    if not RUN_ID.fullmatch(run.id) or not run.path.is_dir():
        raise HTTPException(404, "There is no such run.")
    return run


def watcher_asking(request: Request) -> Watcher:
    """Return the browser that asks."""
    host = request.client.host if request.client else None
    return Watcher(request.query_params.get("watcher", ""), host)


def answered(looks: Looks, rows: Sequence[Sequence[Part]] = ()) -> JSONResponse:
    """Return what a board draws, when that was so, the state, and when to ask again, as JSON."""
    return JSONResponse({**vars(looks), "rows": plain(rows)}, headers=AS_IT_IS)
