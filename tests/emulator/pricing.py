"""A simulated AWS Price List, which the emulator lacks: real prices, in the form and with the filters of AWS.

It rejects what the service's own model rejects, returns at most 100 products a page, and is in three regions only. What it
has of a product is in `price_list.py` and the files beside it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from botocore.validate import ParamValidator

from . import loopback, model, price_list, price_list_databases, price_list_instances
from .loopback import Asked
from .ministack import Emulator

#: botocore's name of the service, which signatures have too, and the operation that is answered.
SERVICE, OPERATION = "pricing", "GetProducts"

#: Where the service is.
REGIONS = {"us-east-1", "eu-central-1", "ap-south-1"}

#: The most products of a page.
LARGEST_PAGE = 100

#: The codes of the terms on demand and of a reservation, and of an hour or a unit, which are those of every product.
ON_DEMAND, RESERVED, BY_UNIT = "JRTCKXETXF", "4NA7Y494T4", "6YS6EN2CT7"

#: Instance types with terms of a reservation too, and what an hour of it costs for a year without payment in advance.
RESERVATIONS = {("m5.large", "us-east-1"): "0.0600000000", ("t3.large", "us-east-1"): "0.0520000000"}

Product = dict[str, Any]


@dataclass
class PriceList:
    """A running Price List."""

    url: str = ""
    #: Every request: the signed region and the body.
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: While set, the requests about which it returns true fail with this error: code and message.
    fault: tuple[Callable[[str, dict[str, Any]], bool], str, str] | None = None
    #: The most products of a page, whatever a request asks for.
    largest_page: int = LARGEST_PAGE

    def __post_init__(self) -> None:
        self.products = list(_products())

    def matching(self, service: str, **attributes: str) -> list[Product]:
        """Returns the products of a service with these attributes, `productFamily` among them."""
        return [
            product
            for product in self.products
            if product["serviceCode"] == service and all(value_of(product, name) == value for name, value in attributes.items())
        ]

    @contextlib.contextmanager
    def with_another(self, product: Product, **attributes: str) -> Iterator[Product]:
        """Adds a second product like this one, with other attributes where given, until the end of the block."""
        sku = sku_of("another", product["product"]["sku"])
        another = json.loads(json.dumps(product).replace(product["product"]["sku"], sku))
        another["product"]["attributes"] |= attributes
        self.products = [*self.products, another]
        try:
            yield another
        finally:
            self.products = [one for one in self.products if one is not another]

    @contextlib.contextmanager
    def without(self, *products: Product) -> Iterator[None]:
        """Leaves products out until the end of the block."""
        before = self.products
        self.products = [one for one in before if all(one is not product for product in products)]
        try:
            yield
        finally:
            self.products = before

    def answer(self, region: str, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append((region, asked))
        if self.fault and self.fault[0](region, asked):
            return 400, {"__type": self.fault[1], "Message": self.fault[2]}
        if region not in REGIONS:
            return 403, {"__type": "InvalidSignatureException", "Message": "Credential should be scoped to a valid region."}
        if operation != OPERATION:
            return 400, {"__type": "UnknownOperationException", "Message": operation}
        try:
            model.check(SERVICE, operation, asked)
        except ValueError as error:
            return 400, {"__type": "InvalidParameterException", "Message": str(error)}
        if asked["ServiceCode"] not in price_list.NAMES:
            return 400, {"__type": "NotFoundException", "Message": f"The service {asked['ServiceCode']} can't be found"}
        if asked.get("FormatVersion", "aws_v1") != "aws_v1":
            return 400, {"__type": "InvalidParameterException", "Message": "The format version is not supported"}
        return self._page(asked)

    def _page(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        filters = asked.get("Filters", [])
        found = [product for product in self.matching(asked["ServiceCode"]) if all(matches(product, one) for one in filters)]
        # A token is good for the request that it was returned to.
        about = sku_of(json.dumps([asked["ServiceCode"], filters], sort_keys=True))
        tokens = {token_of(about, first): first for first in range(len(found))}
        first = tokens.get(asked["NextToken"]) if "NextToken" in asked else 0
        if first is None:
            return 400, {"__type": "InvalidNextTokenException", "Message": "The pagination token is invalid"}
        end = first + min(asked.get("MaxResults", LARGEST_PAGE), self.largest_page)
        answer: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in found[first:end]]}
        if end < len(found):
            answer["NextToken"] = token_of(about, end)
        described = model.of(SERVICE).operation_model(OPERATION).output_shape
        assert not ParamValidator().validate(answer, described).has_errors()
        return 200, answer


def value_of(product: Product, name: str) -> str:
    """Returns what a product has in a field of filters; empty if it lacks that."""
    if name == "productFamily":
        return product["product"].get(name, "")
    if name == "ServiceCode":
        return product["serviceCode"]
    return product["product"]["attributes"].get(name, "")


def matches(product: Product, asked: dict[str, str]) -> bool:
    """Says whether a product passes a filter."""
    has, value = value_of(product, asked["Field"]), asked["Value"]
    values = value.split(",")
    by_type = {
        "TERM_MATCH": has == value,
        "EQUALS": has == value,
        "CONTAINS": value in has,
        "ANY_OF": has in values,
        "NONE_OF": has not in values,
    }
    return by_type[asked["Type"]]


def price_of(product: Product) -> Decimal:
    """Returns the on-demand price of a product that has only one."""
    (term,) = product["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    return Decimal(dimension["pricePerUnit"]["USD"])


def sku_of(*what: str) -> str:
    """Returns a SKU in the form that AWS's have."""
    return base64.b32encode(hashlib.sha256("/".join(what).encode()).digest()).decode()[:16]


def token_of(about: str, first: int) -> str:
    """Returns the token of the page that begins with this product."""
    return base64.b64encode(f"{about}:{first}".encode()).decode()


def _products() -> Iterator[Product]:
    rows = itertools.chain(price_list_instances.rows(), price_list.rows(), price_list_databases.rows())
    for row in rows:
        for region, prices in zip(price_list.REGIONS, row.prices):
            if prices is not None:
                yield _product(row, price_list.attributes_of(row, region), prices)


def _product(row: price_list.Row, attributes: dict[str, str], prices: str | list[tuple[str, str]]) -> Product:
    sku = sku_of(row.family or "", *(f"{name}={value}" for name, value in sorted(attributes.items())))
    tiers = [("0", prices)] if isinstance(prices, str) else prices
    ends = [*(begin for begin, _ in tiers[1:]), "Inf"]
    dimensions = {}
    for number, ((begin, price), end) in enumerate(zip(tiers, ends)):
        rate = f"{sku}.{ON_DEMAND}.{BY_UNIT if number == 0 else sku_of(begin)[:10]}"
        dimensions[rate] = {
            "unit": row.unit,
            "beginRange": begin,
            "endRange": end,
            "description": f"${price} per {row.unit} of {attributes['usagetype']} in {attributes['location']}",
            "rateCode": rate,
            "appliesTo": [],
            "pricePerUnit": {"USD": f"{Decimal(price):.10f}"},
        }
    since = f"{row.as_of}T00:00:00Z"
    term = {"priceDimensions": dimensions, "sku": sku, "effectiveDate": since, "offerTermCode": ON_DEMAND, "termAttributes": {}}
    terms: dict[str, Any] = {"OnDemand": {f"{sku}.{ON_DEMAND}": term}}
    reserved = RESERVATIONS.get((attributes.get("instanceType", ""), attributes["regionCode"]))
    if reserved and attributes["usagetype"].startswith("BoxUsage"):
        terms["Reserved"] = {f"{sku}.{RESERVED}": _reservation(sku, reserved, since)}
    product: dict[str, Any] = {"attributes": attributes, "sku": sku}
    if row.family is not None:
        product = {"productFamily": row.family} | product
    version = row.as_of.replace("-", "") + "000000"
    return {"product": product, "serviceCode": row.service, "terms": terms, "version": version, "publicationDate": since}


def _reservation(sku: str, price: str, since: str) -> dict[str, Any]:
    rate = f"{sku}.{RESERVED}.{BY_UNIT}"
    dimension = {
        "unit": "Hrs", "beginRange": "0", "endRange": "Inf", "description": "Linux/UNIX (Amazon VPC), reserved instance applied",
        "rateCode": rate, "appliesTo": [], "pricePerUnit": {"USD": price},
    }  # fmt: skip
    bought = {"LeaseContractLength": "1yr", "OfferingClass": "standard", "PurchaseOption": "No Upfront"}
    return {"priceDimensions": {rate: dimension}, "sku": sku, "effectiveDate": since, "offerTermCode": RESERVED, "termAttributes": bought}


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[PriceList]:
    """Serves on loopback."""
    prices = PriceList()

    def answer(asked: Asked) -> tuple[int, dict[str, Any]]:
        return prices.answer(asked.region, asked.operation, asked.body)

    with loopback.standing_in(emulator, SERVICE, answer) as prices.url:
        yield prices
