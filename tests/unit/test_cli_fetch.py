"""``advisor inventory fetch``: what it prints, its exit codes, and that a wrong call asks nothing."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = {"VpcId": "vpc-1", "VRouterId": "vrt-1", "VpcName": "main", "CidrBlock": "10.0.0.0/8"}


@dataclass
class Service:
    """A service with one VPC and nothing else; what it denies or fails is named by action."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    wait_s: float = 0.0


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            action = self.headers["x-acs-action"]
            state.asked.append(action)
            time.sleep(state.wait_s)
            status, code = state.answers.get(action, (200, ""))
            rows = {"Vpcs": {"Vpc": [ROW]}} if action == "DescribeVpcs" else {}
            body = {"Code": code, "Message": "secret detail"} if code else rows
            content = json.dumps(body | {"RequestId": "R"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Kept in ``Service.asked``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join(5)


def environment(service: Service | None, home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ALIBABA_CLOUD_") and not name.lower().endswith("_proxy")
    }
    kept |= {"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    if service is not None:
        kept |= {
            "ADVISOR_API_ENDPOINT": f"http://127.0.0.1:{service.port}",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "test-key-id",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "test-key-secret",
        }
    return kept


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "advisor", *arguments]


def advisor(service: Service | None, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env=environment(service, folder) | {"PYTHONPATH": str(ROOT)},
    )
    assert "Traceback" not in result.stderr
    assert "test-key" not in result.stdout + result.stderr
    assert "secret detail" not in result.stdout + result.stderr
    return result


def fetch(service: Service | None, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return advisor(service, folder, "inventory", "fetch", *arguments)


def test_a_fetch_and_what_the_importers_make_of_it(service: Service, tmp_path: Path) -> None:
    result = fetch(service, tmp_path, "--regions", "cn-hangzhou,cn-shanghai", "--products", "vpc", "--out", "exports/")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "exports: 20 answers fetched; listings: 20 complete.\n"
    assert "\r" not in result.stderr
    shown = advisor(service, tmp_path, "inventory", "show", "exports", "--format", "json")
    found = json.loads(shown.stdout)
    assert found["resources"] == {"vpc": 1}
    assert found["skipped"] == []


def test_progress_is_shown_on_a_terminal_only(service: Service, tmp_path: Path) -> None:
    """One line that is written over, never wider than the terminal, and gone at the end."""
    screen, terminal = pty.openpty()
    arguments = ("--regions", "cn-hangzhou", "--products", "vpc", "--out", "exports")
    process = subprocess.Popen(
        command("inventory", "fetch", *arguments),
        stderr=terminal,
        cwd=tmp_path,
        env=environment(service, tmp_path) | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"},
    )
    os.close(terminal)
    written = b""
    try:
        while chunk := os.read(screen, 4096):
            written += chunk
    except OSError:  # how a terminal says on Linux that nobody writes to it any more
        pass
    os.close(screen)
    assert process.wait(60) == 0
    shown = written.decode().split("\r\x1b[K")
    assert shown[1] == "0 of 1 done, 0 answers: cn-hangzhou vpc DescribeVpcs …"
    assert all(len(line) <= 80 for line in shown[:-1])
    assert shown[-1] == "exports: 10 answers fetched; listings: 10 complete.\r\n"


def test_what_is_denied_is_told(service: Service, tmp_path: Path) -> None:
    service.answers["DescribeEipAddresses"] = (403, "Forbidden.RAM")
    arguments = ("--regions", "cn-hangzhou", "--products", "vpc", "--out", "exports")
    result = fetch(service, tmp_path, *arguments)
    assert result.returncode == 0
    assert result.stderr.splitlines() == [
        "exports: 9 answers fetched; listings: 9 complete, 1 denied.",
        "  denied: cn-hangzhou vpc DescribeEipAddresses – Forbidden.RAM",
        "What is denied is unknown, not absent. The permissions: advisor inventory fetch --policy",
    ]
    assert fetch(service, tmp_path, *arguments, "--strict").returncode == 1
    service.answers.clear()
    service.asked.clear()
    assert fetch(service, tmp_path, *arguments, "--strict", "--resume").returncode == 0
    assert service.asked == ["DescribeEipAddresses"]


def test_what_failed_is_told_and_ends_with_3(service: Service, tmp_path: Path) -> None:
    service.answers["DescribeVSwitches"] = (400, "InvalidParameter")
    result = fetch(service, tmp_path, "--regions", "cn-hangzhou", "--products", "vpc", "--out", "exports")
    assert result.returncode == 3
    assert "  failed: cn-hangzhou vpc DescribeVSwitches – refused (InvalidParameter), tried 1 time" in result.stderr
    assert "Run it again with --resume" in result.stderr
    assert (tmp_path / "exports" / "cn-hangzhou" / "DescribeVpcs.page1.json").is_file()


def test_a_wrong_call_names_every_mistake_and_asks_nothing(service: Service, tmp_path: Path) -> None:
    result = fetch(service, tmp_path, "--regions", "cn-hangzou,mars", "--products", "ecs,s3", "--out", "exports")
    assert result.returncode == 2
    assert "The input has 3 mistakes" in result.stderr
    assert "'cn-hangzou' is no region that is known. Did you mean cn-hangzhou" in result.stderr
    assert "'mars' is no region that is known. Known are: ap-northeast-1" in result.stderr
    assert "'s3' is no product that can be fetched." in result.stderr
    assert fetch(service, tmp_path, "--regions", "cn-hangzhou").returncode == 2
    assert fetch(service, tmp_path, "--regions", " ,", "--out", "exports").returncode == 2
    assert service.asked == []
    assert list(tmp_path.iterdir()) == []


def test_no_credentials_and_no_network_end_with_3(service: Service, tmp_path: Path) -> None:
    arguments = ("--regions", "cn-hangzhou", "--out", "exports")
    result = fetch(None, tmp_path, *arguments)
    assert result.returncode == 3
    assert result.stderr.startswith("No credentials of Alibaba Cloud were found. Set ALIBABA_CLOUD_ACCESS_KEY_ID")
    result = fetch(None, tmp_path, *arguments, "--profile", "audit")
    assert (result.returncode, result.stderr[:12]) == (3, "The profile ")
    service.answers |= {"DescribeVpcs": (403, "InvalidAccessKeyId.NotFound")}
    result = fetch(service, tmp_path, *arguments, "--products", "vpc")
    assert result.returncode == 3
    assert result.stderr == (
        "The credentials are not accepted (InvalidAccessKeyId.NotFound). Check the access key or the profile.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_policy_is_printed_without_credentials(tmp_path: Path) -> None:
    result = fetch(None, tmp_path, "--policy", "--products", "ecs,rds")
    assert (result.returncode, result.stderr) == (0, "")
    policy = json.loads(result.stdout)
    actions = policy["Statement"][0]["Action"]
    assert {action.partition(":")[0] for action in actions} == {"ecs", "rds"}
    assert "rds:DescribeBackupPolicy" in actions
    assert all(action.partition(":")[2].startswith(("Describe", "List", "Get")) for action in actions)


def test_an_interrupt_keeps_what_is_there_and_resumes(service: Service, tmp_path: Path) -> None:
    service.wait_s = 0.4
    arguments = ("inventory", "fetch", "--regions", "cn-hangzhou", "--products", "vpc", "--out", "exports")
    process = subprocess.Popen(
        command(*arguments),
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(service, tmp_path) | {"PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 60
    while len(service.asked) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 3
    assert errors == "Interrupted. What was fetched is kept in exports.partial; go on with --resume.\n"
    before = list(service.asked)
    service.wait_s = 0.0
    assert advisor(service, tmp_path, *arguments).returncode == 2
    result = advisor(service, tmp_path, *arguments, "--resume")
    assert result.returncode == 0, result.stderr
    assert service.asked.count(before[0]) == 1
    assert len(set(service.asked)) == 10
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]


def test_without_credentials_one_sentence_is_told_and_no_log_of_the_vendors_packages(
    service: Service, tmp_path: Path
) -> None:
    dead = {
        "HOME": str(tmp_path / "home"),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "false",  # the chain ends there, and a log of it is printed by default
        "http_proxy": f"http://127.0.0.1:{service.port}",
    }
    result = subprocess.run(
        command("inventory", "fetch", "--regions", "cn-hangzhou", "--out", "exports"),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(service, tmp_path) | dead | {"PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    assert result.returncode == 3
    assert result.stderr.startswith("No credentials of Alibaba Cloud were found.")
    assert len(result.stderr.splitlines()) == 1
