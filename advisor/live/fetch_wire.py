"""One request to a live account through the vendor's own SDK: signed by it, spaced, tried again where that may help.

The SDK's ``autoretry`` does nothing in the pinned release, and its own retries know no limit per product; so throttling
(the wait that the service asks for included), server errors, time-outs and answers that are no JSON are tried again
here. The text of an SDK exception carries the whole answer and is never shown."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from advisor.live.fetch_operations import Operation
from advisor.live.fetch_oss import BucketClient, BucketError
from advisor.live.fetch_products import PRODUCTS, Product, host_of
from advisor.model.finding import OutsideError

Trouble = Literal[
    "denied",
    "credentials",
    "clock",
    "token",
    "gone",
    "absent",
    "refused",
    "throttled",
    "failing",
    "garbage",
    "unreachable",
]
Body = dict[str, Any]
_PASSING: Final = frozenset({"throttled", "failing", "garbage", "unreachable"})
_KEYS: Final = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidCredentials")
_TOKENS: Final = ("InvalidSecurityToken", "SecurityTokenExpired", "MissingSecurityToken")
_CLOCKS: Final = ("invalidtimestamp", "illegaltimestamp", "requesttimetooskewed")
_NOT_HERE: Final = ("notopen", "notactivat", "notenabled", "notsupport", "invalidregion", "regionunavailable")
_WAIT_LIMIT_S: Final = 60.0


class CallError(Exception):
    """A request that came to nothing: of what sort, with which code, after how many tries."""

    def __init__(self, trouble: Trouble, code: str, tries: int = 1) -> None:
        self.trouble: Trouble = trouble
        self.code, self.tries = code, tries
        super().__init__(f"{trouble}: {code}")


class StoppedError(Exception):
    """The run was stopped; nothing more is asked."""


@dataclass
class TokenBucket:
    """At most so many requests a second, from whichever thread they come."""

    per_second: float
    clock: Callable[[], float]
    sleep: Callable[[float], object]
    _tokens: float = 0.0
    _seen: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._tokens, self._seen = max(self.per_second, 1.0), self.clock()

    def take(self) -> None:
        """Wait for one's turn."""
        with self._lock:
            now = self.clock()
            self._tokens = min(max(self.per_second, 1.0), self._tokens + (now - self._seen) * self.per_second)
            self._seen = now
            self._tokens -= 1
            wait = -self._tokens / self.per_second
        if wait > 0:
            self.sleep(wait)

    def drain(self) -> None:
        """Start again at an empty bucket: the service has said that there was too much."""
        with self._lock:
            self._tokens = min(self._tokens, 0.0)


@dataclass
class Wire:
    """The account, over the wire. ``endpoint`` is for another server, for example ``http://127.0.0.1:8080``."""

    credential: Any
    endpoint: str = ""
    tries: int = 5
    pause_s: float = 0.5
    longest_pause_s: float = 20.0
    connect_timeout_ms: int = 5000
    read_timeout_ms: int = 20000
    rate: float = 1.0
    """A factor on the requests a second of every product."""
    sleep: Callable[[float], object] | None = None
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = secrets.SystemRandom().random
    stop: threading.Event = field(default_factory=threading.Event)
    fatal: str = ""
    """What ends the whole run: no credentials that are accepted, no network."""
    answered: bool = False

    def __post_init__(self) -> None:
        from alibabacloud_tea_openapi.client import Client  # noqa: F401  # loaded once, before there are threads

        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._buckets_of: dict[str, BucketClient] = {}
        self._sleep = self.sleep or self.stop.wait
        self._buckets = {
            name: TokenBucket(product.per_second * self.rate, self.clock, self._sleep)
            for name, product in PRODUCTS.items()
        }

    def ask(self, operation: Operation, region: str, parameters: Mapping[str, str], path: str = "/") -> Body:
        """The body of a good answer. Raises ``CallError``, and ``StoppedError`` once the run is to end."""
        bucket = self._buckets[operation.product]
        for attempt in range(1, self.tries + 1):
            if self.stop.is_set():
                raise StoppedError
            bucket.take()
            outcome = self._once(operation, region, parameters, path)
            if not isinstance(outcome, _Failure):
                self.answered = True
                return outcome
            self.answered = self.answered or outcome.trouble not in ("unreachable", "garbage")
            if outcome.trouble not in _PASSING or attempt == self.tries:
                self._end_run(outcome, operation, region)
                raise CallError(outcome.trouble, outcome.code, attempt)
            if outcome.trouble == "throttled":
                bucket.drain()
            self._sleep(self._pause(attempt, outcome.wait_s))
        raise AssertionError("unreachable")

    def _pause(self, attempt: int, asked_s: float) -> float:
        """Twice as long each time, by chance up to a half less, never shorter than the service asks for."""
        longest = min(self.longest_pause_s, self.pause_s * 2.0 ** (attempt - 1))
        return max(longest * (0.5 + 0.5 * self.jitter()), min(asked_s, _WAIT_LIMIT_S))

    def _end_run(self, failure: _Failure, operation: Operation, region: str) -> None:
        if failure.trouble == "credentials":
            self.fatal = f"The credentials are not accepted ({failure.code}). Check the access key or the profile."
            self.stop.set()
        elif failure.trouble == "clock":
            self.fatal = f"The clock of this machine is wrong ({failure.code}). Set it, and run again."
            self.stop.set()
        elif failure.trouble in ("unreachable", "garbage") and not self.answered:
            host = self.endpoint or host_of(PRODUCTS[operation.product], region)
            what = "cannot be reached or does not answer" if failure.trouble == "unreachable" else "answers no JSON"
            self.fatal = f"{host} {what}. Check the network and the proxy."
            self.stop.set()

    def _once(self, operation: Operation, region: str, parameters: Mapping[str, str], path: str) -> Body | _Failure:
        from alibabacloud_credentials.exceptions import CredentialException
        from alibabacloud_tea_openapi.models import OpenApiRequest
        from darabonba.runtime import RuntimeOptions
        from Tea.exceptions import TeaException  # type: ignore[import-untyped]

        if operation.product == "oss":
            return self._bucket_answer(operation, region, parameters)
        client = self._client(PRODUCTS[operation.product], region)
        content = {"body": dict(parameters)} if operation.form else {"query": dict(parameters)}
        try:
            answer = client.call_api(_params(operation, path), OpenApiRequest(**content), RuntimeOptions())
        except CredentialException:
            return _Failure("credentials", "none")
        except TeaException as error:
            return _failure(error, "NextToken" in parameters)
        except (AttributeError, TypeError, ValueError):
            return _Failure("garbage", "no answer of the service")
        return _body(answer.get("body"))

    def _bucket_answer(self, operation: Operation, region: str, parameters: Mapping[str, str]) -> Body | _Failure:
        with self._lock:
            if region not in self._buckets_of:
                self._buckets_of[region] = BucketClient(
                    self.credential, region, self.endpoint, self.connect_timeout_ms, self.read_timeout_ms
                )
        try:
            return self._buckets_of[region].ask(operation, parameters)
        except BucketError as error:
            if error.sort != "service":
                return _Failure(error.sort, error.code)
            code = error.code if error.code not in ("", "BadErrorResponse") else f"HTTP {error.status}"
            return _Failure(_trouble(code, error.status, "", False), _safe(code))

    def _client(self, product: Product, region: str) -> Any:
        from alibabacloud_tea_openapi.client import Client
        from alibabacloud_tea_openapi.models import Config

        with self._lock:
            if (product.name, region) not in self._clients:
                scheme, found, host = self.endpoint.partition("://")
                config = Config(
                    credential=self.credential,
                    endpoint=host.rstrip("/") if found else self.endpoint or host_of(product, region),
                    protocol=scheme if found else "https",
                    region_id=region,
                    connect_timeout=self.connect_timeout_ms,
                    read_timeout=self.read_timeout_ms,
                )
                self._clients[product.name, region] = Client(config)
            return self._clients[product.name, region]


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why one request failed, and how long the service asks to wait."""

    trouble: Trouble
    code: str
    wait_s: float = 0.0


def _params(operation: Operation, path: str) -> Any:
    from alibabacloud_tea_openapi.models import Params

    rest = bool(operation.path)
    return Params(
        action=operation.action,
        version=PRODUCTS[operation.product].version,
        protocol="HTTPS",
        pathname=path,
        method="GET" if rest else "POST",
        auth_type="AK",
        style="ROA" if rest else "RPC",
        req_body_type="json" if rest else "formData",
        body_type="json",
    )


def _failure(error: Any, with_token: bool) -> _Failure:
    """What an exception of the SDK means."""
    code, status = str(getattr(error, "code", None) or ""), getattr(error, "statusCode", None)
    if not code or code == "None":
        if not isinstance(status, int):
            parsed = "Failed to parse" in str(error)
            return _Failure("garbage", "no JSON") if parsed else _Failure("unreachable", "no answer")
        code = f"HTTP {status}"
    wait = getattr(error, "retry_after", None)
    trouble = _trouble(code, status if isinstance(status, int) else 0, str(getattr(error, "message", "")), with_token)
    return _Failure(trouble, _safe(code), wait / 1000 if isinstance(wait, int | float) else 0.0)


def _trouble(code: str, status: int, message: str, with_token: bool) -> Trouble:
    plain = code.lower()
    if plain.startswith("throttling") or "flowcontrol" in plain or status in (429, 503):
        return "throttled"
    if status >= 500 or plain.startswith(("serviceunavailable", "internalerror")):
        return "failing"
    if code.startswith((*_KEYS, *_TOKENS)):
        return "credentials"
    if plain.startswith(_CLOCKS):
        return "clock"
    if with_token and "nexttoken" in f"{plain} {message.lower()}":
        return "token"
    if any(word in plain for word in _NOT_HERE):
        return "absent"
    if status == 403 or plain.startswith(("forbidden", "nopermission", "accessdenied", "unauthorized")):
        return "denied"
    return "gone" if plain.endswith("notfound") or status == 404 else "refused"


def _safe(code: str) -> str:
    """A code as it may be shown: what a service calls itself, never a text of unknown length."""
    return "".join(letter for letter in code if letter.isalnum() or letter in "._- ")[:80]


def _body(body: object) -> Body | _Failure:
    """The body of an answer with a good status; some products tell of failure inside it."""
    if not isinstance(body, dict):
        return _Failure("garbage", "no answer of the service")
    if body.get("Success") is False or str(body.get("Success")).lower() == "false":
        code = str(body.get("ErrCode") or body.get("Code") or "Success is false")
        status = body.get("HttpStatusCode")
        return _Failure(_trouble(code, status if isinstance(status, int) else 0, "", False), _safe(code))
    return body


def credentials(profile: str = "") -> Any:
    """Credentials by the vendor's own chain: environment, ``~/.aliyun``, ``~/.alibabacloud``, the instance's role; with
    a profile, that profile of ``~/.aliyun/config.json`` and nothing else."""
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.exceptions import CredentialException
    from alibabacloud_credentials.provider import CLIProfileCredentialsProvider

    try:
        found = Client(provider=CLIProfileCredentialsProvider(profile_name=profile)) if profile else Client()
        found.get_credential()
    except CredentialException:
        raise OutsideError(_no_credentials(profile)) from None
    return found


def _no_credentials(profile: str) -> str:
    if profile:
        return f"The profile '{profile}' gives no credentials. See 'aliyun configure list'."
    return (
        "No credentials of Alibaba Cloud were found. Set ALIBABA_CLOUD_ACCESS_KEY_ID and "
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET, run 'aliyun configure', or name a profile with --profile."
    )
