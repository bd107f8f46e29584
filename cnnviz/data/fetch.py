"""Downloading MNIST and Fashion-MNIST when the user asks for it: mirrors, checksums, progress.

A download gathers its files in a hidden folder beside the data sets and gives the folder its name
when the last file is right, so a data set is there whole or not at all. Files that are right
already are kept for the next attempt. Nothing here happens before `Download.start`.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnviz.data.errors import DataError
from cnnviz.data.folders import cache_folder

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
CHUNK = 1 << 14  # bytes between two looks at whether the user canceled
CANCEL_SECONDS = 0.5  # how long `cancel` waits for the thread to tidy up


@dataclass(frozen=True)
class RemoteFile:
    """A file as it was published: its name, size in bytes and MD5 checksum."""

    name: str
    size: int
    md5: str


@dataclass(frozen=True)
class Remote:
    """A published data set: its files and the addresses that serve them, best first."""

    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return the bytes of all files together."""
        return sum(file.size for file in self.files)


REMOTES: dict[str, Remote] = {
    "mnist": Remote(
        files=(
            RemoteFile("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            RemoteFile("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
            RemoteFile("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
            RemoteFile("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
        ),
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://sagemaker-sample-files.s3.amazonaws.com/datasets/image/MNIST/",
        ),
    ),
    "fashion-mnist": Remote(
        files=(
            RemoteFile(
                "train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"
            ),
            RemoteFile("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            RemoteFile("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
            RemoteFile("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
        mirrors=(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
    ),
}


@dataclass(frozen=True)
class Progress:
    """How far a download is: idle, running, done, failed or canceled; sizes in bytes."""

    state: str
    bytes: int
    total: int
    message: str


class Download:
    """A download that runs in a thread of its own and may be started again after it ended.

    Parameters
    ----------
    name : "mnist" or "fashion-mnist"
    remote : where it is published
    folder : where data sets are kept, by default the cache folder
    """

    def __init__(
        self, name: str, *, remote: Remote | None = None, folder: Path | None = None
    ) -> None:
        if remote is None and name not in REMOTES:
            raise DataError(f"“{name}” cannot be downloaded, only {', '.join(REMOTES)}.")
        self.name = name
        self.remote = remote or REMOTES[name]
        self.folder = folder or cache_folder()
        self._lock = threading.Lock()
        self._attempt: _Attempt | None = None

    def start(self) -> None:
        """Begin in the background; while it is running, do nothing."""
        with self._lock:
            if self._attempt is not None and self._attempt.progress.state == "running":
                return
            self._attempt = _Attempt(self.name, self.remote, self.folder)
            threading.Thread(target=self._attempt.run, name="download", daemon=True).start()

    def progress(self) -> Progress:
        """Return how far it is, without waiting."""
        attempt = self._attempt
        return attempt.progress if attempt else Progress("idle", 0, self.remote.size, "")

    def cancel(self) -> None:
        """Stop within a second; files that are complete and right are kept for the next start."""
        attempt = self._attempt
        if attempt is not None:
            attempt.cancel()


class _Canceled(Exception):
    """The user does not want the rest any more."""


@dataclass
class _Attempt:
    """One try at downloading everything, used by its thread and whoever looks at it.

    A thread that waits for a silent server cannot be stopped at once, so a canceled attempt is
    left to itself: it ends at the server's next byte or the time-out, and changes nothing then.
    """

    name: str
    remote: Remote
    folder: Path
    progress: Progress = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.progress = Progress("running", 0, self.remote.size, "Looking for files already here.")

    def run(self) -> None:
        try:
            self._fetch_all()
        except _Canceled:
            pass  # said already by `cancel`
        except DataError as error:
            self._report("failed", self.progress.bytes, str(error))
        except OSError as error:
            reason = f"{self.folder} cannot be written: {error.strerror or error}."
            self._report("failed", self.progress.bytes, reason)
        except Exception as error:
            self._report("failed", self.progress.bytes, f"The download broke down: {error!r}.")
            raise
        finally:
            self.ended.set()

    def cancel(self) -> None:
        self._report("canceled", self.progress.bytes, "Canceled; start again at any time.")
        self.ended.wait(CANCEL_SECONDS)

    def _fetch_all(self) -> None:
        draft = self.folder / f".download-{self.name}"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.mkdir(mode=0o700, exist_ok=True)
        mirrors, ready = list(self.remote.mirrors), 0
        for file in self.remote.files:
            places = (draft / file.name, self.folder / self.name / file.name)
            if not any(_is_right(place, file) for place in places):
                best = self._fetch(file, draft / file.name, mirrors, ready)
                mirrors = [best, *(mirror for mirror in mirrors if mirror != best)]
            ready += file.size
        self._check_wanted()
        _put_in_place(draft, self.folder / self.name, {file.name for file in self.remote.files})
        self._report("done", self.remote.size, "All files are here and their checksums are right.")

    def _fetch(self, file: RemoteFile, path: Path, mirrors: list[str], ready: int) -> str:
        """Fetch one file from the first mirror that has it right, and return that mirror."""
        said = []
        for mirror in mirrors:
            fault = self._try(mirror, file, path, ready)
            if fault is None:
                return mirror
            said.append(f"{_host(mirror)} {fault}")
        raise DataError(
            f"{file.name} could not be fetched: {'; '.join(said)}. Try again, or drop the files "
            f"on the page, or put them in a folder {self.name} and point CNNVIZ_DATA_DIR at its "
            "parent."
        )

    def _try(self, mirror: str, file: RemoteFile, path: Path, ready: int) -> str | None:
        """Fetch one file from one mirror; return what went wrong, in words."""
        import pooch  # here, because it is only needed after a click and slow to import
        import requests

        message = f"{file.name} from {_host(mirror)}"
        bar = _Bar(file, lambda count: self._report("running", ready + count, message))
        downloader = pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=CHUNK,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            headers={"Accept-Encoding": "identity"},  # the file as it is, not unpacked on the way
        )
        bar.update(0)
        pooch.get_logger().setLevel("WARNING")  # the page shows what is going on
        try:
            pooch.retrieve(
                mirror + file.name, f"md5:{file.md5}", path.name, path.parent, downloader=downloader
            )
        except requests.RequestException as error:
            return _in_words(error, bar.count, file.size)
        except ValueError:
            return "sent something else than the published file"
        return None

    def _report(self, state: str, count: int, message: str) -> None:
        """Note how far it is; what has ended stays ended."""
        with self.lock:
            if self.progress.state == "running":
                self.progress = Progress(state, count, self.remote.size, message)
        if state == "running":
            self._check_wanted()

    def _check_wanted(self) -> None:
        if self.progress.state != "running":
            raise _Canceled


class _Bar:
    """What pooch takes for a progress bar: counts the bytes of one file and bounds them."""

    def __init__(self, file: RemoteFile, report: Callable[[int], None]) -> None:
        self.file, self.report, self.count, self.total = file, report, 0, 0

    def update(self, count: int) -> None:
        self.count += count
        if self.count >= self.file.size + CHUNK:
            raise ValueError(f"more than {self.file.size:,} bytes")
        self.report(min(self.count, self.file.size))

    def reset(self) -> None:
        self.count = 0

    def close(self) -> None:
        pass


def _is_right(path: Path, file: RemoteFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == file.md5


def _put_in_place(draft: Path, folder: Path, names: set[str]) -> None:
    """Give the complete folder its name; in one that is there already, replace its files."""
    for stray in (path for path in draft.iterdir() if path.name not in names):
        stray.unlink()  # what an attempt left that was killed
    if not folder.exists():
        draft.rename(folder)
        return
    for path in sorted(draft.iterdir()):
        path.replace(folder / path.name)
    draft.rmdir()


def _host(mirror: str) -> str:
    return mirror.partition("://")[2].partition("/")[0]


def _in_words(error: Any, count: int, size: int) -> str:
    import requests

    if error.response is not None:
        return f"answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.ConnectTimeout):
        return f"could not be reached within {CONNECT_SECONDS:g} seconds"
    if isinstance(error, requests.Timeout):
        return f"did not answer within {READ_SECONDS:g} seconds"
    if count or isinstance(error, requests.exceptions.ChunkedEncodingError):
        return f"broke off after {count:,} of {size:,} bytes"
    return "could not be reached"
