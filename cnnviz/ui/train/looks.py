"""Looks at a run beside the page: GET looks/<run> answers with what the run's picture shows now.

For a page to run anew has a browser go through all its elements: several times the work of the
picture itself, and taken from the training where both share the processors.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cnnviz.data import CLASSES
from cnnviz.runs.folder import RunFolder
from cnnviz.runs.layout import RUN_ID, runs_root
from cnnviz.ui.components.board import Looks, plain
from cnnviz.ui.components.confusion import checked_cell
from cnnviz.ui.pace import pace
from cnnviz.ui.service import Watcher
from cnnviz.ui.state import flag
from cnnviz.ui.train.live import rows
from cnnviz.ui.train.numbers import NUMBERS
from cnnviz.ui.train.picker import settings_of
from cnnviz.ui.train.view import Look, View, read

AS_IT_IS = {"Content-Encoding": "identity", "Cache-Control": "no-store"}  # packing takes longer


def looks(view: View, look: Look, watcher: Watcher) -> Looks:
    """Return where a picture of a run is kept up to date, how often, and until when."""
    asked = {"smoothing": f"{look.smoothing:g}", "log": int(look.log), "watcher": watcher.name}
    if look.cell:
        asked["cell"] = "-".join(map(str, look.cell))
    address = f"looks/{view.run.id}?{urlencode(asked)}"
    return Looks(address, view.at, pace(view.status, view.settings, watcher), view.status.state)


def wanted(asked: Mapping[str, str]) -> Look:
    """Return the look that an address asks for; raises ValueError where it makes no sense."""
    found = Look(float(NUMBERS["smoothing"].read(asked["smoothing"])), flag(asked["log"]))
    if "cell" not in asked:
        return found
    cell = checked_cell([int(one) for one in asked["cell"].split("-")], CLASSES)
    if cell is None:
        raise ValueError(f"There is no cell {asked['cell']}.")
    return replace(found, cell=cell)


def answer(request: Request) -> Response:
    """Return the parts of a run's picture, its state, and when to look again, as JSON."""
    run = RunFolder(runs_root() / request.path_params["run"])
    if not RUN_ID.fullmatch(run.id) or not run.path.is_dir():
        return PlainTextResponse("There is no such run.", 404)
    try:
        look = wanted(request.query_params)
    except (KeyError, ValueError):
        return PlainTextResponse("This look at a run makes no sense.", 400)
    view = read(run, settings_of(run))
    address = request.client.host if request.client else None
    watcher = Watcher(request.query_params.get("watcher", ""), address)
    now = {
        "at": view.at,
        "state": view.status.state,
        "every": pace(view.status, view.settings, watcher),
    }
    return JSONResponse({**now, "rows": plain(rows(view, look))}, headers=AS_IT_IS)


ROUTES = (Route("/looks/{run}", answer),)
