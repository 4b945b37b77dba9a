"""Starting the server: on 127.0.0.1 only, with every setting given, so that it does not matter where it is started."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

ADDRESS: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8501
OUTSIDE_FAILED: Final = 3
SCRIPT: Final = Path(__file__).with_name("main.py")
# The same as in .streamlit/config.toml, which only counts where the server is started beside it.
SETTINGS: Final[dict[str, str]] = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.developmentMode": "false",
    "server.address": ADDRESS,
    "server.enableAgentApi": "false",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.maxUploadSize": "500",
    "theme.font": "sans-serif",
    "theme.primaryColor": "#1f4e79",
    "theme.dark.primaryColor": "#7fb2e5",
}


def command(port: int) -> list[str]:
    """What starts the server; ``allowedHosts`` keeps pages of other names from talking to it."""
    settings = {**SETTINGS, "server.port": str(port)}
    options = [f"--{name}={value}" for name, value in sorted(settings.items())]
    hosts = [f"--server.allowedHosts={host}" for host in (ADDRESS, "localhost")]
    return [sys.executable, "-m", "streamlit", "run", str(SCRIPT), *options, *hosts]


def launch(port: int) -> int:
    """Run the server until it is stopped (Ctrl+C ends it well: 0); 3 where the port is taken."""
    if not _is_free(port):
        print(f"Port {port} on {ADDRESS} is taken. Give another one: --port {port % 65535 + 1}", file=sys.stderr)
        return OUTSIDE_FAILED
    print(f"Open http://{ADDRESS}:{port} in a browser on this machine. Stop with Ctrl+C.", file=sys.stderr)
    # The words are ours and the port is a number.
    with subprocess.Popen(command(port), stdout=subprocess.DEVNULL) as server, _ends(server):  # noqa: S603
        while True:
            try:
                code = server.wait()
            except KeyboardInterrupt:
                server.terminate()
                continue
            return 0 if code in (0, -signal.SIGINT, -signal.SIGTERM) else OUTSIDE_FAILED


def _is_free(port: int) -> bool:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def _ends(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass a request to end on to the server, so that it never outlives whoever started it."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.terminate()

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        if server.poll() is None:
            server.terminate()
        signal.signal(signal.SIGTERM, before)
