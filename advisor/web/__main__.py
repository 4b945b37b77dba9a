"""``python -m advisor.web --port 8501``: starts the screens on this machine."""

from __future__ import annotations

import argparse
import sys

from advisor.web.launch import DEFAULT_PORT, launch

MAX_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Read ``--port`` and run until the server ends."""
    parser = argparse.ArgumentParser(prog="python -m advisor.web", description="Open the screens on this machine.")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="port on 127.0.0.1 (default: %(default)s)")
    return launch(parser.parse_args(arguments).port)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is no port; write a number from 1 to {MAX_PORT}")


if __name__ == "__main__":
    sys.exit(main())
