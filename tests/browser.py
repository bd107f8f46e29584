"""A real Chromium and a real server for tests: fixtures to import in a `conftest.py`."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=20_000)  # milliseconds: two browsers may share the processors

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Where this machine keeps Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass(frozen=True)
class AppServer:
    """A running `streamlit run`."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the server, politely first."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_up(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def start_server(
    script: str | Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    *,
    port: int = 0,
    below: str = "",
) -> AppServer:
    """Run a Streamlit script from the project's root; returns when it answers."""
    port = port or free_port()
    options = f"--server.port={port} --server.headless=true --server.fileWatcherType=none".split()
    options += [f"--server.baseUrlPath={below}"] * bool(below)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = AppServer(f"http://127.0.0.1:{port}{below}", process)
    give_up = time.monotonic() + 60
    while not is_up(server.url):
        if process.poll() is not None or time.monotonic() > give_up:
            server.stop()
            raise RuntimeError(f"The server did not start: {log.read_text()}")
        time.sleep(0.05)
    return server


def settled(page: Page) -> None:
    """Wait until the script has run to its end and nothing has gone wrong."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    faults = page.locator("[data-testid=stException]").all_inner_texts()
    assert not faults, faults


def hide(page: Page, *, hidden: bool = True) -> None:
    """Have a page believe that its tab is in the background, or in front again."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))
        }""",
        hidden,
    )


def console_errors(page: Page) -> list[str]:
    """A list that fills with what the browser complains about, from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    return errors


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for each test module; skipped where there is none, unless it is required."""
    path = chromium_path()
    if path is None:
        tell = pytest.fail if os.environ.get("CNNVIZ_BROWSER_TESTS") == "required" else pytest.skip
        tell(f"Needs a browser: none of {', '.join(NAMES)} is on the PATH.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def chromium_page(chromium: Browser) -> Iterator[Page]:
    """A fresh page of 1440 × 900 in a session of its own."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def app_server(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """`app_server(script, env={})` starts a server, gives its address, and ends with the test."""
    servers: list[AppServer] = []

    def start(script: str | Path, env: Mapping[str, str] | None = None) -> str:
        servers.append(start_server(script, tmp_path / f"server-{len(servers)}.log", env))
        return servers[-1].url

    yield start
    for server in servers:
        server.stop()
