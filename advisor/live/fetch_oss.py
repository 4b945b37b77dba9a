"""OSS speaks a protocol of its own (XML, version 4 of its signature): buckets, over the vendor's SDK for it.

Requests and answers are given the shape of the other products: ``NextToken`` and ``MaxResults`` for what OSS calls
marker and max-keys, JSON for XML. A list of buckets holds those of every region, whichever host is asked, so that what
lies in another region is left out: each bucket is in the list of its own region and in no other."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from advisor.live.fetch_operations import Operation

Sort = Literal["service", "unreachable", "garbage", "credentials"]
Body = dict[str, Any]
_FORBIDDEN: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_NAMES: Final = {"NextToken": "marker", "MaxResults": "max-keys"}


class BucketError(Exception):
    """A request to OSS that came to nothing: of what sort, and the code and HTTP status of the service."""

    def __init__(self, sort: Sort, code: str, status: int = 0) -> None:
        self.sort: Sort = sort
        self.code, self.status = code, status
        super().__init__(f"{sort}: {code}")


@dataclass
class BucketClient:
    """OSS in one region. ``endpoint`` is for another server; time limits in milliseconds."""

    credential: Any
    region: str
    endpoint: str = ""
    connect_timeout_ms: int = 5000
    read_timeout_ms: int = 20000

    def __post_init__(self) -> None:
        from alibabacloud_oss_v2 import Client, config

        settings = config.load_default()
        settings.region = self.region
        settings.credentials_provider = _provider(self.credential)
        settings.retry_max_attempts = 1  # what is worth another try is tried again by the caller, spaced
        settings.connect_timeout = self.connect_timeout_ms / 1000
        settings.readwrite_timeout = self.read_timeout_ms / 1000
        if self.endpoint:
            settings.endpoint, settings.use_path_style = self.endpoint, True
        self._client: Any = Client(settings)

    def ask(self, operation: Operation, parameters: Mapping[str, str]) -> Body:
        """The answer of one operation, as JSON. Raises ``BucketError``."""
        from alibabacloud_oss_v2 import exceptions
        from alibabacloud_oss_v2.types import OperationInput

        query = {_NAMES.get(name, name): value for name, value in parameters.items() if name != operation.parameter}
        request = OperationInput(
            operation.action, "GET", parameters=query, bucket=parameters.get(operation.parameter) or None
        )
        try:
            answer = self._client.invoke_operation(request)
            content = answer.http_response.content
        except exceptions.OperationError as error:
            raise _bucket_error(error.unwrap()) from None
        except exceptions.BaseError as error:
            raise _bucket_error(error) from None
        body = _parsed(content)
        body.setdefault("RequestId", str(answer.headers.get("x-oss-request-id") or ""))
        return _listed(body, self.region) if operation.rows else body


def _provider(credential: Any) -> Any:
    """The credentials of the vendor's chain as the SDK of OSS takes them, asked for anew each time: they expire."""
    from alibabacloud_oss_v2.types import Credentials, CredentialsProvider

    class Provider(CredentialsProvider):  # type: ignore[misc]  # the SDK has no types
        def get_credentials(self) -> Any:
            found = credential.get_credential()
            return Credentials(found.access_key_id, found.access_key_secret, found.security_token or None)

    return Provider()


def _bucket_error(error: Exception) -> BucketError:
    from alibabacloud_oss_v2 import exceptions

    if isinstance(error, exceptions.ServiceError):
        return BucketError("service", str(error.code or ""), int(error.status_code or 0))
    if isinstance(error, exceptions.CredentialsBaseError):
        return BucketError("credentials", "none")
    if isinstance(error, exceptions.RequestError | exceptions.ResponseError):
        return BucketError("unreachable", "no answer")
    if isinstance(error, exceptions.BucketNameInvalidError):
        return BucketError("service", "InvalidBucketName", 400)
    return BucketError("garbage", "no answer of the service")


def _parsed(content: bytes) -> Body:
    """What an XML answer holds below its root; what repeats is a list. Entities are refused: that is where XML attacks
    live."""
    if _FORBIDDEN.search(content):
        raise BucketError("garbage", "XML with a document type")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # entities are refused above
    except ElementTree.ParseError:
        raise BucketError("garbage", "no XML") from None
    try:
        value = _value(root)
    except RecursionError:
        raise BucketError("garbage", "XML nested too deeply") from None
    if not isinstance(value, dict):
        raise BucketError("garbage", "no answer of this operation")
    return value


def _value(element: ElementTree.Element) -> object:
    if not len(element):
        return (element.text or "").strip()
    found: dict[str, object] = {}
    for child in element:
        name, value = child.tag.rpartition("}")[2], _value(child)
        known = found.get(name)
        if name not in found:
            found[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            found[name] = [known, value]
    return found


def _listed(body: Body, region: str) -> Body:
    """A list of buckets with those of the region only, and the marker of the next page as a token."""
    if "Buckets" not in body:
        raise BucketError("garbage", "no list of buckets")
    inner = body["Buckets"].get("Bucket", []) if isinstance(body["Buckets"], dict) else []
    rows = inner if isinstance(inner, list) else [inner]
    body["Buckets"] = {"Bucket": [row for row in rows if isinstance(row, dict) and _region_of(row) == region]}
    if str(body.get("IsTruncated")).lower() == "true":
        body["NextToken"] = str(body.get("NextMarker") or "")
    return body


def _region_of(row: Mapping[str, object]) -> str:
    return str(row.get("Region") or "") or str(row.get("Location") or "").removeprefix("oss-")
