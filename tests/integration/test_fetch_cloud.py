"""A cloud on this machine that speaks the wire format: it checks the signature of every request, knows every style of
paging and fails when told to. What the other tests of fetching ask, and the tests that it is a fair stand-in."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from test_fetch_oss_wire import OssRequest, buckets_page, signed_v4, xml_of

from advisor.live.fetch_operations import OPERATIONS, Operation
from advisor.live.fetch_products import PRODUCTS
from advisor.live.fetch_wire import CallError, Wire, credentials

KEY, SECRET = "test-key", "test-secret"
SHOP = Path(__file__).parents[2] / "sample_inventories" / "shop"
VERSIONS = {product.version: product.name for product in PRODUCTS.values() if product.version}
ONE_OBJECT = ("VServer", "MasterSlave", "SecurityGroupReferences")
Body = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    product: str
    action: str
    path: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """An answer in place of the right one."""

    status: int = 200
    body: object = b""
    wait_s: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


def error(code: str, status: int = 400, **headers: str) -> Fault:
    """A refusal as the service words it; its message must never be shown."""
    body = {"Code": code, "Message": "message that holds secret detail", "RequestId": "R"}
    return Fault(status, body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def in_xml(fault: Fault) -> Fault:
    """The same answer as OSS words it."""
    if not isinstance(fault.body, dict):
        return fault
    root = "Error" if "Code" in fault.body else "Answer"
    content = f'<?xml version="1.0" encoding="UTF-8"?>{xml_of(root, fault.body)}'.encode()
    headers = {"Content-Type": "application/xml", "x-oss-request-id": "R"}
    return Fault(fault.status, content, fault.wait_s, headers | dict(fault.headers))


@dataclass
class Cloud:
    """What the cloud holds, how it pages, what it was asked, and the faults that it was told to give."""

    port: int = 0
    rows: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    """Rows of a product's list, or of one parent's (``(product, Action:parent)``)."""
    objects: dict[str, Body] = field(default_factory=dict)
    """Answers that are one object, by the id that was asked about."""
    largest_page: int = 2
    with_total: bool = True
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    always: dict[str, Fault] = field(default_factory=dict)
    log: list[Seen] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> Counter[str]:
        return Counter(seen.action for seen in self.log)

    def reply(self, seen: Seen) -> Fault:
        with self.lock:
            self.log.append(seen)
            waiting = self.faults.get(seen.action)
            if waiting:
                return waiting.pop(0)
        if seen.action in self.always:
            return self.always[seen.action]
        if seen.action == "GetBucketReplication" and f"{seen.action}:{seen.fields['bucket']}" not in self.objects:
            return error("NoSuchReplicationConfiguration", 404)
        return Fault(body=self.answer(seen))

    def answer(self, seen: Seen) -> object:
        operation = operation_of(seen)
        if seen.action == "ListBuckets":
            return buckets_page(self.rows.get(("oss", "ListBuckets"), []), seen.fields, self.largest_page)
        parent = seen.fields.get(operation.parameter, "") if operation.parameter else ""
        parent = parent or (seen.path.split("/")[2] if operation.parent and operation.path else "")
        parent = "_".join((parent, *(seen.fields[name] for name, _place in operation.also)))
        if operation.paging == "once" and not operation.rows.startswith(ONE_OBJECT):
            found = self.objects.get(f"{seen.action}:{parent}", {})
            return found if seen.product == "oss" else found | {"RequestId": "R"}
        key = f"{seen.action}:{parent}" if parent else seen.action
        rows = [row for row in self.rows.get((seen.product, key), []) if self._matches(operation, row, seen)]
        if operation.paging == "token":
            return self.objects.get(key, {}) | self._by_token(operation, rows, seen)
        return self._by_number(operation, rows, seen)

    @staticmethod
    def _matches(operation: Operation, row: Any, seen: Seen) -> bool:
        if operation.label in ("sync", "migration"):
            return bool(row.get("JobType", "SYNC") == seen.fields["JobType"])
        if operation.action == "DescribeDiskReplicaPairs":
            return bool(row.get("Site", "production") == seen.fields.get("Site", "production"))
        if operation.action == "DescribeBackupPlans":
            source = seen.fields.get("SourceType", row["SourceType"])
            edition = seen.fields.get("Edition", "STANDARD")
            return bool(source == row["SourceType"] and edition == row.get("Edition", "STANDARD"))
        if seen.action == "DescribeAccessGroups":
            return bool(row["FileSystemType"] == seen.fields["FileSystemType"])
        if operation.label in ("replicate", "sharding"):
            return bool(row["DBInstanceType"] == seen.fields["DBInstanceType"])
        return True

    def _by_token(self, operation: Operation, rows: list[Any], seen: Seen) -> Body:
        start = int(seen.fields.get("NextToken", "tok-0").removeprefix("tok-"))
        end = start + min(int(seen.fields.get("MaxResults", 100)), self.largest_page)
        body = wrapped(operation, rows[start:end])
        more = f"tok-{end}" if end < len(rows) else ""
        return body | {"RequestId": "R", "NextToken": more, "TotalCount": 0}

    def _by_number(self, operation: Operation, rows: list[Any], seen: Seen) -> Body:
        number_name, size_name = operation.page_names
        number, size = int(seen.fields.get(number_name, 1)), int(seen.fields.get(size_name, 100))
        size = min(size, self.largest_page)
        part = rows[(number - 1) * size : number * size]
        body = wrapped(operation, part)
        if operation.product == "cs":
            key = "page" if operation.parent else "page_info"
            return body | {key: {"page_number": number, "page_size": size, "total_count": len(rows)}}
        if operation.paging == "once":
            return wrapped(operation, rows) | {"RequestId": "R"}
        if operation.paging == "record":
            tail = {"PageNumber": number, "PageRecordCount": len(part), "TotalRecordCount": len(rows), "Success": True}
        elif operation.product == "alidns":
            tail = {"PageNumber": number, "PageSize": size, "TotalItems": len(rows)}
        else:
            tail = {"PageNumber": number, "PageSize": size, "TotalCount": len(rows)}
        if not self.with_total:
            tail.pop("TotalCount", None)
        return body | tail | {"RequestId": "R"}


def wrapped(operation: Operation, rows: list[Any]) -> Body:
    """Rows under the names of the operation."""
    outer, _, inner = operation.rows.partition(".")
    return {outer: {inner: rows} if inner else rows}


def operation_of(seen: Seen) -> Operation:
    """The operation of a request."""
    names = ("JobType", "DBInstanceType", "Site", "Edition", "SourceType")
    names += ("FileSystemType",) if seen.action == "DescribeAccessGroups" else ()
    kind = next((seen.fields[name] for name in names if name in seen.fields), "")
    label = {"SYNC": "sync", "MIGRATION": "migration", "BASIC": "basic", "UDM_ECS": "server"}.get(kind, kind)
    for operation in OPERATIONS:
        if (operation.product, operation.action) == (seen.product, seen.action) and label in ("", operation.label):
            return operation
    raise AssertionError(f"{seen} is in no table")


def signed(method: str, path: str, headers: Mapping[str, str], payload: bytes) -> bool:
    """Whether the request carries the signature that its content and the secret give."""
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    scheme, _, rest = lower.get("authorization", "").partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(",")) if rest else {}
    if scheme != "ACS3-HMAC-SHA256" or parts.get("Credential") != KEY:
        return False
    url = urlsplit(path)
    pairs = sorted(parse_qsl(url.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    names = parts["SignedHeaders"].split(";")
    lines = "".join(f"{name}:{lower[name]}\n" for name in names)
    digest = hashlib.sha256(payload).hexdigest()
    canonical = "\n".join([method, url.path, query, lines, parts["SignedHeaders"], digest])
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest() == parts["Signature"]


def handler_of(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            cloud.tokens.add(self.headers.get("x-oss-security-token") or self.headers.get("x-acs-security-token"))
            if self.headers.get("Authorization", "").startswith("OSS4"):
                self.give_buckets(OssRequest.of(self.path, self.headers))
                return
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            fields = dict(parse_qsl(url.query) + parse_qsl(payload.decode()))
            seen = Seen(VERSIONS[self.headers["x-acs-version"]], self.headers["x-acs-action"], url.path, fields)
            if signed(self.command, self.path, dict(self.headers.items()), payload):
                self.give(cloud.reply(seen))
            else:
                cloud.unsigned.append(seen.action)
                self.give(error("SignatureDoesNotMatch", 403))

        do_GET = do_POST  # noqa: N815  # the name that the base class calls

        def give_buckets(self, request: OssRequest) -> None:
            if not signed_v4(request, KEY, SECRET):
                cloud.unsigned.append(request.action)
                self.give(in_xml(error("SignatureDoesNotMatch", 403)))
                return
            self.give(in_xml(cloud.reply(Seen("oss", request.action, request.path, request.fields))))

        def give(self, fault: Fault) -> None:
            time.sleep(fault.wait_s)
            content = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
            try:
                self.send_response(fault.status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in ({"Content-Type": "application/json"} | dict(fault.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *args: object) -> None:
            """The log is ``Cloud.log``."""

    return Handler


@contextmanager
def serving() -> Iterator[Cloud]:
    """A cloud on 127.0.0.1 for the time of a test."""
    cloud = Cloud()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(cloud))
    server.daemon_threads = True
    cloud.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Time:
    """A clock that only sleeping moves, and what was slept."""

    slept: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        with self.lock:
            return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)


def set_keys(monkeypatch: pytest.MonkeyPatch, key: str = KEY, secret: str = SECRET) -> None:
    """The keys of the stand-in, and no way to any other account or proxy. The vendor's library reads the environment
    once, when it is imported: that happens with the keys that all tests share, and others are set in the library."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("ALIBABA_CLOUD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    from alibabacloud_credentials.utils import auth_util

    monkeypatch.setattr(auth_util, "environment_access_key_id", key)
    monkeypatch.setattr(auth_util, "environment_access_key_secret", secret)
    monkeypatch.setattr(auth_util, "environment_ecs_metadata_disabled", "true")


def wire_to(cloud: Cloud, clock: Time, **options: Any) -> Wire:
    """The real client, pointed at the stand-in, with a clock that does not wait."""
    settings: dict[str, Any] = {"rate": 1e6, "sleep": clock.sleep, "clock": clock.now, "jitter": lambda: 1.0}
    return Wire(credentials(), endpoint=cloud.url, **(settings | options))


def put_shop(cloud: Cloud, region: str) -> None:
    """A region of the sample estate into the cloud."""
    for path in sorted((SHOP / region).glob("*.json")):
        action, _, rest = path.stem.partition(".")
        parent = rest if "-" in rest else ""
        body = json.loads(path.read_text(encoding="utf-8"))
        operation = next(one for one in OPERATIONS if one.action == action)
        if operation.paging == "once" and operation.parent:
            cloud.objects[f"{action}:{parent}"] = body
            continue
        found: Any = body
        for name in operation.rows.split("."):
            found = found[name]
        key = f"{action}:{parent}" if parent else action
        cloud.objects[key] = {name: value for name, value in body.items() if not isinstance(value, dict | list)}
        if action == "DescribeScalingInstances":
            for row in found:
                key = f"{action}:{row['ScalingGroupId']}"
                cloud.rows.setdefault((operation.product, key), []).append(row)
            continue
        cloud.rows.setdefault((operation.product, key), []).extend(found)


def test_the_stand_in_refuses_what_is_not_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    set_keys(monkeypatch, secret="another")
    with serving() as cloud:
        wire = wire_to(cloud, Time())
        with pytest.raises(CallError, match="credentials: SignatureDoesNotMatch"):
            wire.ask(OPERATIONS[0], "cn-hangzhou", {"RegionId": "cn-hangzhou"})
        assert (cloud.unsigned, cloud.log) == (["DescribeInstances"], [])
        assert "not accepted (SignatureDoesNotMatch)" in wire.fatal


@pytest.mark.parametrize(
    ("action", "product"), [("DescribeInstances", "ecs"), ("DescribeClustersV1", "cs"), ("ListServerGroups", "nlb")]
)
def test_each_way_of_asking_is_signed(action: str, product: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters in the query, a REST path, and parameters in a form."""
    set_keys(monkeypatch)
    operation = next(one for one in OPERATIONS if (one.action, one.product) == (action, product))
    with serving() as cloud:
        wire_to(cloud, Time()).ask(
            operation, "cn-hangzhou", {"MaxResults": "10", "name": "a b/ü*~"}, operation.path or "/"
        )
        assert cloud.unsigned == []
        assert cloud.log[0].fields == {"MaxResults": "10", "name": "a b/ü*~"}
        assert cloud.log[0].path == (operation.path or "/")
