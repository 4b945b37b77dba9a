"""The price service of the vendor (BssOpenApi 2017-12-14), asked through its own SDK.

The endpoint follows the site of the account, not the region that is priced. One unknown module fails a whole batch, so
a refused batch is asked again one by one. Throttling, server errors and time-outs are tried again after 1, 2, 4 s (the
SDK's own ``autoretry`` does nothing in the pinned release).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

from advisor.live.quotes_catalogue import Ask, Site
from advisor.model.finding import OutsideError
from advisor.model.pricebook import Billing

ENDPOINTS: Final[dict[Site, str]] = {
    "cn": "business.aliyuncs.com",
    "intl": "business.ap-southeast-1.aliyuncs.com",
}
PERMISSIONS: Final = "bss:DescribePrice, bssapi:GetPayAsYouGoPrice and bssapi:GetSubscriptionPrice"
BATCH: Final = 20
"""Modules per request; the service takes 50, public programs send 20."""
_WRONG_KEYS: Final = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidCredentials", "InvalidSecurityToken")
_OTHER_WAY: Final = "Use --quotes cache or --quotes off to go on without it."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says one ask costs: by the list, and for the account that asked."""

    list_cost: Decimal
    account_cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The service has no price for one ask, and the code it gave."""

    reason: str


class PriceService(Protocol):
    """Anything that answers asks of one region and billing method, in their order."""

    def answers(self, asks: Sequence[Ask], region: str, billing: Billing) -> list[Answer | Refusal]: ...


class _Refused(Exception):  # noqa: N818 - an outcome of one request, not an error of the program
    """The service refuses a request as a whole; asking the same again is of no use."""


@dataclass
class BssService:
    """The price service over the wire. ``endpoint`` is for another server, for example ``http://127.0.0.1:8080``."""

    site: Site
    endpoint: str = ""
    protocol: str = "https"
    connect_timeout_ms: int = 5000
    read_timeout_ms: int = 10000
    tries: int = 3
    pause_s: float = 1.0
    interval_s: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0

    def __post_init__(self) -> None:
        self._client: Any = None
        scheme, found, host = self.endpoint.partition("://")
        if found:
            self.protocol, self.endpoint = scheme, host.rstrip("/")

    def answers(self, asks: Sequence[Ask], region: str, billing: Billing) -> list[Answer | Refusal]:
        """One answer or refusal per ask; raises ``OutsideError`` where the service cannot be asked at all."""
        if billing == "subscription":
            return [self._alone(ask, region, billing) for ask in asks]
        found: dict[int, Answer | Refusal] = {}
        for product in dict.fromkeys(ask.product for ask in asks):
            places = [place for place, ask in enumerate(asks) if ask.product == product]
            for start in range(0, len(places), BATCH):
                batch = places[start : start + BATCH]
                found |= zip(batch, self._batch([asks[place] for place in batch], region), strict=True)
        return [found[place] for place in range(len(asks))]

    def _batch(self, asks: Sequence[Ask], region: str) -> list[Answer | Refusal]:
        if len(asks) == 1:
            return [self._alone(asks[0], region, "payg")]
        try:
            return list(self._payg(asks, region))
        except _Refused:
            return [self._alone(ask, region, "payg") for ask in asks]

    def _alone(self, ask: Ask, region: str, billing: Billing) -> Answer | Refusal:
        try:
            return self._payg([ask], region)[0] if billing == "payg" else self._subscription(ask, region)
        except _Refused as refused:
            return Refusal(f"the price service has none for {ask.config} in {region}: {refused}")

    def _payg(self, asks: Sequence[Ask], region: str) -> list[Answer]:
        from alibabacloud_bssopenapi20171214 import models

        modules = [
            models.GetPayAsYouGoPriceRequestModuleList(
                module_code=ask.module, price_type=ask.price_type, config=ask.config
            )
            for ask in asks
        ]
        request = models.GetPayAsYouGoPriceRequest(
            product_code=asks[0].product, subscription_type="PayAsYouGo", region=region, module_list=modules
        )
        data = self._data(lambda client: client.get_pay_as_you_go_price(request))
        return _in_order(asks, data)

    def _subscription(self, ask: Ask, region: str) -> Answer:
        from alibabacloud_bssopenapi20171214 import models

        module = models.GetSubscriptionPriceRequestModuleList(module_code=ask.module, config=ask.config)
        request = models.GetSubscriptionPriceRequest(
            product_code=ask.product,
            subscription_type="Subscription",
            order_type="NewOrder",
            region=region,
            quantity=1,
            service_period_unit="Month",
            service_period_quantity=1,
            module_list=[module],
        )
        data = self._data(lambda client: client.get_subscription_price(request))
        return Answer(_cost(data.original_price), _cost(data.trade_price), str(data.currency))

    def _data(self, call: Callable[[Any], Any]) -> Any:
        """The data of a successful answer; ``_Refused`` where the service has no price for the request."""
        for attempt in range(1, self.tries + 1):
            trouble = self._once(call)
            if not isinstance(trouble, _Trouble):
                return trouble
            if not trouble.passing or attempt == self.tries:
                raise OutsideError(trouble.message + (f" Tried {attempt} times." if trouble.passing else ""))
            self.sleep(self.pause_s * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def _once(self, call: Callable[[Any], Any]) -> Any:
        from Tea.exceptions import TeaException  # type: ignore[import-untyped]

        client = self._connect()
        if self.requests:
            self.sleep(self.interval_s)
        self.requests += 1
        try:
            body = call(client).body
            if body.success and body.data is not None:
                return body.data
            return _refusal(str(body.code or ""), str(body.message or ""))
        except TeaException as error:
            return _trouble(error, self._host)
        except (AttributeError, TypeError):
            return _Trouble(f"{self._host} answered something that is no price. {_OTHER_WAY}", passing=False)

    @property
    def _host(self) -> str:
        return self.endpoint or ENDPOINTS[self.site]

    def _connect(self) -> Any:
        if self._client is None:
            from alibabacloud_bssopenapi20171214.client import Client
            from alibabacloud_tea_openapi.models import Config

            config = Config(
                credential=credentials(),
                endpoint=self._host,
                protocol=self.protocol,
                connect_timeout=self.connect_timeout_ms,
                read_timeout=self.read_timeout_ms,
            )
            self._client = Client(config)
        return self._client


def credentials() -> Any:
    """Credentials by the vendor's own chain: environment, ``~/.aliyun``, ``~/.alibabacloud``, the instance's role."""
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.exceptions import CredentialException

    try:
        found = Client()
        found.get_credential()
    except CredentialException:
        raise OutsideError(
            "No credentials of Alibaba Cloud were found. Set ALIBABA_CLOUD_ACCESS_KEY_ID and "
            f"ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run 'aliyun configure'. {_OTHER_WAY}"
        ) from None
    return found


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a request failed, and whether that may pass by itself."""

    message: str
    passing: bool


def _trouble(error: Any, host: str) -> _Trouble:
    """What an exception of the SDK means. Its text carries the whole answer and is not shown."""
    code, status = str(getattr(error, "code", None) or ""), getattr(error, "statusCode", None)
    number = status if isinstance(status, int) else 0
    if code.startswith(("Throttling", "ServiceUnavailable")) or number == 429 or number >= 500:
        return _Trouble(
            f"The price service {host} is overloaded or failing ({code or number}). {_OTHER_WAY}", passing=True
        )
    if not code and "Failed to parse" in str(error):
        return _Trouble(f"{host} answered something that is no JSON. {_OTHER_WAY}", passing=True)
    if not code:
        return _Trouble(f"The price service {host} cannot be reached or does not answer. {_OTHER_WAY}", passing=True)
    if number == 403 or code in ("NoPermission", "Forbidden.RAM"):
        return _Trouble(f"These credentials may not ask for prices ({code}). Grant {PERMISSIONS}. {_OTHER_WAY}", False)
    if code.startswith(_WRONG_KEYS):
        return _Trouble(f"The credentials are not accepted ({code}). Check the access key. {_OTHER_WAY}", False)
    if code == "NotApplicable":
        return _Trouble(f"This account may not use {host} ({code}). Set the site of the account: cn or intl.", False)
    raise _Refused(code)


def _refusal(code: str, message: str) -> _Trouble:
    """What an answer without success means."""
    if code.startswith(("Throttling", "ServiceUnavailable", "InternalError")):
        return _Trouble(f"The price service is overloaded or failing ({code}). {_OTHER_WAY}", passing=True)
    if code == "NotApplicable":
        return _Trouble("This account may not ask for prices here. Set the site of the account: cn or intl.", False)
    raise _Refused(f"{code} {message}".strip() or "no data")


def _in_order(asks: Sequence[Ask], data: Any) -> list[Answer]:
    """The answers by module code and, among equal codes, by position."""
    details = list(getattr(data.module_details, "module_detail", None) or [])
    by_code: dict[str, list[Any]] = {}
    for detail in details:
        by_code.setdefault(str(detail.module_code), []).append(detail)
    if sorted(item.module for item in asks) != sorted(str(item.module_code) for item in details):
        raise _Refused("the answer does not name the modules that were asked for")
    taken = [by_code[ask.module].pop(0) for ask in asks]
    currency = str(data.currency)
    return [Answer(_cost(item.original_cost), _cost(item.cost_after_discount), currency) for item in taken]


def _cost(value: object) -> Decimal:
    """A cost as the service wrote it: numbers come as float or text, each by its own digits."""
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        raise _Refused("the answer holds no cost") from None
    if not cost.is_finite() or cost < 0:
        raise _Refused("the answer holds no cost")
    return cost
