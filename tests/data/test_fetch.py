"""Downloads against a server on this machine that misbehaves in every way that happens."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from made_files import everything_below, idx_files

from cnnviz.data import DataError, available, fetch, load
from cnnviz.data.fetch import Download, Remote, RemoteFile

FILES = idx_files(train=200)
PUBLISHED = tuple(
    RemoteFile(name, len(content), hashlib.md5(content).hexdigest())
    for name, content in FILES.items()
)
Behavior = Callable[[BaseHTTPRequestHandler, bytes], None]


def right(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def missing(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_error(404)


def wrong(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    right(handler, content[:-1] + bytes([content[-1] ^ 1]))


def page(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    right(handler, b"<html>Please log in</html>")


def cut(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) * 3 // 4])
    handler.close_connection = True


def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not STOP.is_set():
        handler.wfile.write(bytes(1 << 16))


def slow(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    for start in range(0, len(content), 20_000):
        handler.wfile.write(content[start : start + 20_000])
        if STOP.wait(0.2):
            return


def silent(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    STOP.wait(20)


def silent_in_the_middle(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[:20_000])
    handler.wfile.flush()
    STOP.wait(20)


STOP = threading.Event()
BEHAVIORS: dict[str, Behavior] = {
    one.__name__: one
    for one in (right, missing, wrong, page, cut, endless, slow, silent, silent_in_the_middle)
}
ASKED: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """The first part of the path says how to behave, the last one is the file."""

    def do_GET(self) -> None:
        _, behavior, name = self.path.split("/")
        ASKED.append(self.path)
        try:
            BEHAVIORS[behavior](self, FILES[name])
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    STOP.clear()
    ASKED.clear()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    STOP.set()
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def download(server: str, *behaviors: str) -> Download:
    return Download("mnist", remote=Remote(PUBLISHED, tuple(f"{server}/{b}/" for b in behaviors)))


def wait_for(state: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def finish(one: Download) -> fetch.Progress:
    one.start()
    wait_for(lambda: one.progress().state != "running")
    return one.progress()


def test_files_arrive_whole_and_can_be_loaded(server: str, tmp_path: Path) -> None:
    one = download(server, "right")
    assert one.progress() == fetch.Progress("idle", 0, one.remote.size, "")
    assert finish(one).state == "done"
    assert one.progress().bytes == one.progress().total == sum(map(len, FILES.values()))
    assert len(load("mnist").train) == 200
    assert {path.name for path in (tmp_path / "cache").rglob("*")} == {"mnist", *FILES}


def test_nothing_happens_before_the_start(server: str, tmp_path: Path) -> None:
    one = download(server, "right")
    one.cancel()
    assert one.progress().state == "idle" and not ASKED
    assert everything_below(tmp_path) == {}


@pytest.mark.parametrize("first", ["missing", "wrong", "page", "cut", "endless"])
def test_the_second_mirror_helps_out_and_is_asked_first_from_then_on(
    server: str, first: str
) -> None:
    assert finish(download(server, first, "right")).state == "done"
    assert [path.split("/")[1] for path in ASKED] == [first, "right", "right", "right", "right"]


@pytest.mark.parametrize(
    ("behavior", "words"),
    [
        ("missing", "answered 404 Not Found"),
        ("wrong", "sent something else than the published file"),
        ("page", "sent something else than the published file"),
        ("cut", "of 156,816 bytes"),
        ("endless", "sent something else than the published file"),
    ],
)
def test_when_all_mirrors_fail_the_sentence_says_what_each_one_did(
    server: str, behavior: str, words: str, tmp_path: Path
) -> None:
    one = download(server, behavior, "missing")
    progress = finish(one)
    assert progress.state == "failed"
    assert progress.message.startswith("train-images-idx3-ubyte could not be fetched: 127.0.0.1:")
    assert words in progress.message and "; 127.0.0.1:" in progress.message
    assert "Try again, or drop the files on the page" in progress.message
    assert "CNNVIZ_DATA_DIR" in progress.message
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    assert [entry.name for entry in available()] == ["digits"]


def test_a_server_that_is_not_there_is_said() -> None:
    progress = finish(download("http://127.0.0.1:9", "right"))
    assert "127.0.0.1:9 could not be reached" in progress.message


@pytest.mark.parametrize(
    ("behavior", "words"),
    [
        ("silent", "did not answer within 0.3 seconds"),
        ("silent_in_the_middle", "broke off after 16,384 of 156,816 bytes"),
    ],
)
def test_a_silent_server_is_given_up(
    server: str, monkeypatch: pytest.MonkeyPatch, behavior: str, words: str
) -> None:
    monkeypatch.setattr(fetch, "READ_SECONDS", 0.3)
    assert words in finish(download(server, behavior)).message


def test_progress_grows_while_a_slow_server_sends(server: str) -> None:
    one = download(server, "slow")
    one.start()
    seen: set[int] = set()

    def five_amounts() -> bool:
        seen.add(one.progress().bytes)
        return len(seen) >= 5

    wait_for(five_amounts)
    assert max(seen) <= len(FILES["train-images-idx3-ubyte"])
    assert one.progress().message.startswith("train-images-idx3-ubyte from 127.0.0.1:")
    one.cancel()


@pytest.mark.parametrize("behavior", ["slow", "silent", "silent_in_the_middle", "endless"])
def test_canceling_takes_less_than_a_second_and_a_new_start_begins_cleanly(
    server: str, behavior: str, tmp_path: Path
) -> None:
    one = download(server, behavior)
    one.start()
    wait_for(lambda: bool(ASKED))
    start = time.monotonic()
    one.cancel()
    assert time.monotonic() - start < 1
    if behavior != "endless":  # which may have failed by itself by then
        assert one.progress().state == "canceled"
    one.remote = Remote(PUBLISHED, (f"{server}/right/",))
    assert finish(one).state == "done"
    STOP.set()
    time.sleep(0.1)
    assert one.progress().state == "done"
    assert set(FILES) == {path.name for path in (tmp_path / "cache" / "mnist").iterdir()}


def test_a_canceled_download_is_no_data_set(server: str) -> None:
    one = download(server, "slow")
    one.start()
    wait_for(lambda: one.progress().bytes > 20_000)
    one.cancel()
    assert [entry.name for entry in available()] == ["digits"]


def test_files_that_are_right_already_are_not_fetched_again(server: str, tmp_path: Path) -> None:
    draft = tmp_path / "cache" / ".download-mnist"
    draft.mkdir(parents=True)
    (draft / "train-images-idx3-ubyte").write_bytes(FILES["train-images-idx3-ubyte"])
    (draft / "train-labels-idx1-ubyte").write_bytes(b"half a file")
    (draft / "tmpabc").write_bytes(b"left by a killed attempt")
    assert finish(download(server, "right")).state == "done"
    assert [path.split("/")[2] for path in ASKED] == list(FILES)[1:]
    assert set(FILES) == {path.name for path in (tmp_path / "cache" / "mnist").iterdir()}


def test_a_damaged_set_in_the_cache_is_mended(server: str, tmp_path: Path) -> None:
    assert finish(download(server, "right")).state == "done"
    (tmp_path / "cache" / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"")
    ASKED.clear()
    assert finish(download(server, "right")).state == "done"
    assert ASKED == ["/right/t10k-labels-idx1-ubyte.gz"]
    assert len(load("mnist").test) == 10


def test_starting_twice_downloads_once(server: str) -> None:
    one = download(server, "slow")
    one.start()
    one.start()
    wait_for(lambda: one.progress().bytes > 20_000)
    assert len(ASKED) == 1
    one.cancel()


def test_a_folder_that_cannot_be_written_is_said(server: str, tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file in the way")
    progress = finish(download(server, "right"))
    assert progress.state == "failed"
    assert progress.message == f"{tmp_path / 'cache'} cannot be written: File exists."


def test_only_published_sets_can_be_downloaded() -> None:
    with pytest.raises(DataError, match="“digits” cannot be downloaded, only mnist, fashion-mnist"):
        Download("digits")


@pytest.mark.parametrize("name", fetch.REMOTES)
def test_every_published_set_has_four_files_and_several_mirrors(name: str) -> None:
    remote = fetch.REMOTES[name]
    assert [file.name for file in remote.files] == [
        f"{part}-{kind}-ubyte.gz"
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    ]
    assert all(len(file.md5) == 32 for file in remote.files)
    assert len(remote.mirrors) >= 3
    assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in remote.mirrors)
