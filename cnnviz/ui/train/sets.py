"""More to learn from: downloads that the reader starts, and the reader's own files."""

import streamlit as st

from cnnviz.data import KNOWN, Available, available
from cnnviz.data.fetch import REMOTES, Download
from cnnviz.data.folders import cache_folder
from cnnviz.data.store import add, clean_name, remove
from cnnviz.ui.guard import guard
from cnnviz.ui.train.defaults import DATA
from cnnviz.ui.train.settings import PENDING
from cnnviz.ui.words import plain, size

OPEN = "_own_files"
REFUSED = "_own_refused"  # which files, under which name, and why
OWN_FILES = (
    "Gray images of 28×28 pixels in ten classes: **IDX** files (plain or .gz; images and labels), "
    "a **CSV** file (a label and 784 pixels in each row) or an **NPZ** file (x_train, y_train and, "
    "if there are, x_test, y_test)."
)


@st.cache_resource(show_spinner=False)
def _download(name: str, folder: str) -> Download:
    """Return the one download of a data set, whoever looks at it."""
    return Download(name)


def download(name: str) -> Download:
    """Return the one download of this data set into the cache folder of now."""
    return _download(name, str(cache_folder()))


def running() -> list[str]:
    """Return the data sets that are being downloaded."""
    return [name for name in REMOTES if download(name).progress().state == "running"]


def data_sets() -> None:
    """Draw what can be added: buttons for downloads that are missing and for one's own files."""
    there = {one.name for one in available()}
    busy = running()
    for name in REMOTES:
        if name not in there and name not in busy:
            _offer(name)
    if st.button("Own files …", icon="📂", help="Train on images of your own."):
        st.session_state[OPEN] = True
    if st.session_state.get(OPEN):  # again each time: a run that ends draws the page anew
        own_files()


def downloads() -> None:
    """Draw the downloads that are under way, and what went wrong with the last ones."""
    busy = running()
    if busy:
        _progress(tuple(busy))
    for name in REMOTES:
        _say_failure(name)


def _offer(name: str) -> None:
    one, remote = KNOWN[name], REMOTES[name]
    hosts = " or ".join(mirror.split("/")[2] for mirror in remote.mirrors[:1])
    label = f"Download {one.title} ({size(remote.size)})"
    if st.button(label, icon="⬇️", help=f"{one.note} From {hosts}, checked when it is here."):
        download(name).start()
        st.rerun()


@st.fragment(run_every=0.5)
def _progress(names: tuple[str, ...]) -> None:
    """Draw the downloads that are under way; when one ends, draw the page anew."""
    for name in names:
        now = download(name).progress()
        st.session_state.pop(f"_hidden_{name}", None)
        if now.state != "running":
            if now.state == "done":
                choose(name)
            st.rerun()
        words = f"{KNOWN[name].title}: {size(now.bytes)} of {size(now.total)}. {now.message}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(now.bytes / max(now.total, 1), 1.0), plain(words))
            if st.button("Cancel", key=f"_cancel_{name}", icon="✖️"):
                download(name).cancel()


def _say_failure(name: str) -> None:
    now = download(name).progress()
    hidden = f"_hidden_{name}"
    if now.state != "failed" or st.session_state.get(hidden) == now.message:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.error(plain(now.message), icon="⚠️")
        if st.button("Hide", key=f"_hide_{name}"):
            st.session_state[hidden] = now.message
            st.rerun()


def choose(name: str) -> None:
    """Choose a data set with all of its images, from the next run of the script on."""
    everything = dict.fromkeys(("images", "validation", "test", "epochs"))
    st.session_state[PENDING] = {"data": name, **everything}


def _close() -> None:
    st.session_state.pop(OPEN, None)


@st.dialog("Your own images", width="medium", on_dismiss=_close)
def own_files() -> None:
    """Draw the dialog that takes files, and lists what was taken before."""
    st.markdown(OWN_FILES)
    files = st.file_uploader(
        "Files", accept_multiple_files=True, help="They are checked first and then copied."
    )
    name = st.text_input(
        "Name", placeholder="my-digits", max_chars=40, help="How the list of data shall call them."
    )
    taken = {one.name for one in available()}
    again = bool(name) and any(c.isalnum() for c in name) and clean_name_or("", name) in taken
    replace = again and st.toggle("Replace the set of this name", help="The old one is deleted.")
    reason = "" if files else "Choose files first."
    reason = reason or ("" if name else "Give them a name first.")
    given = (name, bool(replace), [file.file_id for file in files])
    if st.button("Add", type="primary", disabled=bool(reason), help=reason or None):
        with guard(), st.spinner("Checking the files …"):
            try:
                added = add(name, {file.name: file for file in files}, replace=bool(replace))
            except ValueError as error:
                st.session_state[REFUSED] = given, str(error)
            else:
                choose(added.name)
                _close()
                st.rerun()
    refused, why = st.session_state.get(REFUSED, (None, ""))
    if refused == given:  # also when the page is drawn anew
        st.error(why, icon="⚠️")
    own = [one for one in available() if one.name not in KNOWN and one.name != "digits"]
    for one in own:
        _own_set(one)


def clean_name_or(default: str, name: str) -> str:
    """Return the name as a folder's, or the default where nothing is left of it."""
    try:
        return clean_name(name)
    except ValueError:
        return default


def _own_set(one: Available) -> None:
    """Draw one of the reader's own sets, with a question before it is removed."""
    asked = st.session_state.get("_remove") == one.name
    count = f"{one.train_images:,} training images" if one.train_images else plain(one.problem)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(one.title)}** · {count}", width="stretch")
        if not asked:
            if st.button("Remove", key=f"_ask_{one.name}", icon="🗑️"):
                st.session_state["_remove"] = one.name
                st.rerun(scope="fragment")
            return
        st.markdown("Delete these files for good?")
        if st.button("Delete", key=f"_delete_{one.name}", type="primary"):
            st.session_state.pop("_remove")
            with guard():
                remove(one.name)
                if st.session_state.get("data") == one.name:
                    choose(DATA)
                st.rerun()
        if st.button("Keep", key=f"_keep_{one.name}"):
            st.session_state.pop("_remove")
            st.rerun(scope="fragment")
