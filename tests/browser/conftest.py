"""A server of our own and a real Chromium that may talk to it and to nobody else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

ROOT = Path(__file__).parents[2]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync",
         "--disable-component-update", "--disable-quic")  # fmt: skip
START_SECONDS = 60
WAIT_MS = 90_000
OURS = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")


@pytest.fixture(scope="module")  # the driver must be gone before another module starts its own
def chromium() -> Iterator[Browser]:
    executable = os.environ.get("ADVISOR_CHROMIUM", "")
    if not executable or not Path(executable).is_file():
        pytest.skip("ADVISOR_CHROMIUM names no browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server as ``advisor app`` starts it, from a folder without any settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [sys.executable, "-m", "advisor.web", "--port", str(port)],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment,
    )
    try:
        _wait(server, f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        assert server.wait(20) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)), "the server outlived the program that started it"


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def _is_wrong(message: ConsoleMessage) -> bool:
    """An error on the console; below a page opened by its own address Streamlit looks for its base, in vain."""
    return message.type == "error" and not message.location["url"].endswith(("/_stcore/health", "/_stcore/host-config"))


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page of a fresh browser profile; at its end no request has left this machine and nothing has failed."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    requested: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: requested.append(request.url))
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.on("websocket", lambda socket: requested.append(socket.url))
    page.on("console", lambda message: wrong.append(message.text) if _is_wrong(message) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(address)
    yield page
    context.close()
    assert requested
    assert not [url for url in requested if not url.startswith(OURS)]
    assert not wrong
