"""Looks at a run beside the page: GET looks/<run> answers with what the run's picture shows now.

For a page to run anew has a browser go through all its elements: several times the work of the
picture itself, and taken from the training where both share the processors.
"""

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from cnnviz.data import CLASSES
from cnnviz.ui.components.board import Looks
from cnnviz.ui.components.confusion import checked_cell
from cnnviz.ui.pace import pace
from cnnviz.ui.routes import address, answered, run_asked, watcher_asking
from cnnviz.ui.service import Watcher
from cnnviz.ui.state import flag
from cnnviz.ui.train.live import rows
from cnnviz.ui.train.numbers import NUMBERS
from cnnviz.ui.train.picker import settings_of
from cnnviz.ui.train.view import Look, View, read, standing


def looks(view: View, look: Look, watcher: Watcher) -> Looks:
    """Return where a picture of a run is kept up to date, how often, and until when."""
    asked: dict[str, object] = {"smoothing": look.smoothing, "log": int(look.log)}
    if look.cell:
        asked["cell"] = "-".join(map(str, look.cell))
    every = pace(view.status, view.settings, watcher)
    place = address(f"looks/{view.run.id}", **asked)
    return Looks(place, view.at, every, standing(view.status))


def wanted(asked: Mapping[str, str]) -> Look:
    """Return the look that an address asks for; raises ValueError where it makes no sense."""
    found = Look(float(NUMBERS["smoothing"].read(asked["smoothing"])), flag(asked["log"]))
    if "cell" not in asked:
        return found
    cell = checked_cell([int(one) for one in asked["cell"].split("-")], CLASSES)
    if cell is None:
        raise ValueError(f"There is no cell {asked['cell']}.")
    return replace(found, cell=cell)


def answer(request: Request) -> JSONResponse:
    """Answer with a run's picture; raises HTTPException for what makes no sense."""
    run = run_asked(request)
    try:
        look = wanted(request.query_params)
    except (KeyError, ValueError) as error:
        raise HTTPException(400, "This look at a run makes no sense.") from error
    view = read(run, settings_of(run))
    return answered(looks(view, look, watcher_asking(request)), rows(view, look))


ANSWERS = {"looks/{run}": answer}
