"""The side of OSS in the cloud on this machine: requests in its own protocol, their signature (version 4) worked out
afresh, and answers in XML."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class OssRequest:
    """A request as it arrived."""

    path: str
    query: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, target: str, headers: Mapping[str, str]) -> OssRequest:
        url = urlsplit(target)
        return cls(url.path, url.query, {name.lower(): value.strip() for name, value in headers.items()})

    @property
    def bucket(self) -> str:
        return self.path.strip("/")

    @property
    def action(self) -> str:
        if not self.bucket:
            return "ListBuckets"
        return "GetBucketReplication" if "replication" in self.fields else "GetBucketInfo"

    @property
    def fields(self) -> dict[str, str]:
        found = dict(parse_qsl(self.query, keep_blank_values=True))
        return found | ({"bucket": self.bucket} if self.bucket else {})


def signed_v4(request: OssRequest, key: str, secret: str) -> bool:
    """Whether the request carries the signature that its content and the secret give."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",")) if rest else {}
    scope = parts.get("Credential", "").split("/")
    if scheme != "OSS4-HMAC-SHA256" or len(scope) != 5 or scope[0] != key or scope[3:] != ["oss", "aliyun_v4_request"]:
        return False
    pairs = sorted(pair for pair in request.query.split("&") if pair)
    query = "&".join(pair.removesuffix("=") for pair in pairs)
    names = sorted(name for name in request.headers if name.startswith("x-oss-") or name == "content-type")
    lines = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    path = quote(f"/{request.bucket}/" if request.bucket else "/", safe="/")
    canonical = "\n".join(["GET", path, query, lines, parts.get("AdditionalHeaders", ""), "UNSIGNED-PAYLOAD"])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([scheme, request.headers["x-oss-date"], "/".join(scope[1:]), digest])
    signing = f"aliyun_v4{secret}".encode()
    for step in scope[1:]:
        signing = hmac.new(signing, step.encode(), hashlib.sha256).digest()
    return hmac.new(signing, text.encode(), hashlib.sha256).hexdigest() == parts["Signature"]


def xml_of(name: str, value: Any) -> str:
    """An element: what is a list repeats it."""
    if isinstance(value, list):
        return "".join(xml_of(name, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(xml_of(key, item) for key, item in value.items())
        return f"<{name}>{inner}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def buckets_page(rows: list[dict[str, Any]], fields: Mapping[str, str], largest: int) -> dict[str, Any]:
    """A page of the list of all buckets, in the order of their names."""
    names = sorted(row["Name"] for row in rows if row["Name"] > fields.get("marker", ""))
    shown = names[: min(int(fields["max-keys"]), largest)]
    owner = {"ID": "1234", "DisplayName": "1234"}
    page: dict[str, Any] = {"Owner": owner, "IsTruncated": str(len(shown) < len(names)).lower()}
    if len(shown) < len(names):
        page["NextMarker"] = shown[-1]
    return page | {"Buckets": {"Bucket": [row for row in rows if row["Name"] in shown]}}


def test_a_request_that_was_changed_is_not_signed() -> None:
    from alibabacloud_oss_v2.signer import SignerV4
    from alibabacloud_oss_v2.types import Credentials, HttpRequest, SigningContext

    http = HttpRequest("GET", "http://127.0.0.1/logs/?bucketInfo=")
    context = SigningContext(
        product="oss", region="cn-hangzhou", bucket="logs", request=http, credentials=Credentials("key", "secret")
    )
    SignerV4().sign(context)
    request = OssRequest.of("/logs/?bucketInfo=", http.headers)
    assert signed_v4(request, "key", "secret")
    assert not signed_v4(request, "key", "another")
    assert not signed_v4(replace(request, query="bucketStat="), "key", "secret")
    assert not signed_v4(replace(request, path="/other/"), "key", "secret")
