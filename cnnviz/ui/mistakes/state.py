"""What is chosen on the Mistakes page, all of it in the URL."""

import streamlit as st

from cnnviz.data import CLASSES
from cnnviz.ui.components.confusion import Cell, checked_cell
from cnnviz.ui.inside.links import set_state
from cnnviz.ui.inside.moment import MOMENT_TABLE, Moment
from cnnviz.ui.state import Table, one_of
from cnnviz.ui.train.fields import keep
from cnnviz.ui.train.numbers import Numbers

SET, TRUE, TAKEN, BINS = "wrong_set", "wrong_true", "wrong_taken", "wrong_bins"
SETS = {"validation": "Validation images", "test": "Test images"}
BIN_COUNTS = (5, 10, 15, 20)
USUAL_BINS = 10
TABLE: Table = {
    **MOMENT_TABLE,
    SET: one_of(SETS),
    TRUE: Numbers("Class", 0, CLASSES - 1).read,
    TAKEN: Numbers("Class", 0, CLASSES - 1).read,
    BINS: Numbers("Bins", min(BIN_COUNTS), max(BIN_COUNTS)).read,
}

BOARD = "mistakes"
SEEN, ROUND = "_wrong-seen", "_wrong-round"
SET_HELP = (
    "Validation images judge a network while it is made: choose settings by them. Test images are "
    "looked at once, at the end, so that they tell how it does on images nobody has chosen by."
)


def set_input(moment: Moment) -> str:
    """Draw the choice of images; return "validation" or "test".

    At first these are the test images of a run that has finished, and the validation images of any
    other. What is shown once stays, also when the run ends: an address shows the same again.
    """
    usual = "test" if moment.run.evaluation("test") else "validation"
    which = str(st.session_state.setdefault(SET, usual) or usual)
    keep("_wrong_set", which)
    st.segmented_control(
        "Images",
        [*SETS],
        key="_wrong_set",
        required=True,
        format_func=lambda key: SETS[key],
        help=SET_HELP,
        label_visibility="collapsed",
        width="content",
        on_change=_take_set,
    )
    return which


def _take_set() -> None:
    st.session_state[SET] = st.session_state.get("_wrong_set")


def bins_input() -> int:
    """Draw the choice of the number of bins of confidence; return it."""
    chosen = st.session_state.get(BINS)
    keep(BINS, chosen if chosen in BIN_COUNTS else USUAL_BINS)
    st.selectbox(
        "Bins of confidence",
        BIN_COUNTS,
        key=BINS,
        help="Into how many parts of equal width the range from 0 to 100 % is divided.",
        persist_state="session",
        width=150,
    )
    return int(st.session_state[BINS])


def chosen_of() -> tuple[int | None, int | None]:
    """Return the true class and what it was taken for, each None where it does not matter."""
    found = (st.session_state.get(TRUE), st.session_state.get(TAKEN))
    true, taken = (value if isinstance(value, int) else None for value in found)
    if true is None:
        set_state({TAKEN: None})
        return None, None
    return true, taken


def matrix_name(moment: Moment, which: str) -> str:
    """Return the name under which a choice in the matrix counts; another one after `choose`."""
    return f"{moment.run.id} {which} {st.session_state.get(ROUND, 0)}"


def hear_matrix(name: str) -> None:
    """Take over a click on the matrix since the page was drawn last."""
    if BOARD not in st.session_state:  # the page was opened just now
        st.session_state[SEEN] = None
        return
    cell = (st.session_state[BOARD] or {}).get("cell")
    if cell == st.session_state.get(SEEN):
        return
    st.session_state[SEEN] = cell
    if cell is None:
        set_state({TRUE: None, TAKEN: None})
    elif isinstance(cell, dict) and cell.get("of") == name:
        _take_cell(checked_cell(cell.get("at"), CLASSES))


def _take_cell(cell: Cell | None) -> None:
    if cell is not None:
        set_state({TRUE: cell[0], TAKEN: cell[1]})


def choose(true: int | None) -> None:
    """Look at a class, or at all of them; for callbacks. A second time lets go of it."""
    again = chosen_of() == (true, None)
    set_state({TRUE: None if again else true, TAKEN: None})
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
