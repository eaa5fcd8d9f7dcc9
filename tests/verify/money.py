"""The fixed monthly cost: what the deployment costs in a month without a call, based on its actual resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from botocore.exceptions import ClientError

from . import prices
from .deployment import Deployment
from .errors import refused
from .report import Results, counted, not_checked, ok
from .template import Json

#: Dollars a month and what they are for, or None and why the price can't be determined.
Line = tuple[float | None, str]


def fixed_monthly_cost(deployment: Deployment) -> Results:
    """The cost of each resource type of the stack that is billed even without a call, and the sum."""
    by_type: dict[str, dict[str, Json]] = defaultdict(dict)
    template = deployment.template
    for name, properties in template.resources().items():
        if name in template.ids:
            by_type[template.type_of(name)][name] = properties
    total, unpriced = 0.0, []
    for kind in sorted(by_type.keys() - prices.FREE):
        subject = kind.removeprefix("AWS::")
        # If these credentials may not read one type, the others are still priced.
        try:
            price, what = LINES.get(kind, _by_use(kind))(deployment, by_type[kind])
        except ClientError as error:
            price = None
            yield refused(error, deployment, subject)
        else:
            yield not_checked(what, subject) if price is None else ok(f"${price:.2f} a month: {what}", subject)
        if price is None:
            unpriced.append(kind)
        total += price or 0.0
    but = f", without {', '.join(unpriced)}" if unpriced else ""
    yield ok(f"${total:.2f} a month{but} ({prices.SOURCE})", "sum")


def _by_use(kind: str) -> Callable[[Deployment, dict[str, Json]], Line]:
    def line(_: Deployment, there: dict[str, Json]) -> Line:
        if kind in prices.BY_USE:
            return 0.0, f"{len(there)}, billed by {prices.BY_USE[kind]}"
        return None, "its price is unknown to this check"

    return line


def _cache(deployment: Deployment, _: dict[str, Json]) -> Line:
    stage = deployment.stage
    if not stage.get("cacheClusterEnabled"):
        wanted = deployment.one("AWS::ApiGateway::Stage")[1].get("CacheClusterSize")
        if deployment.emulated and wanted:
            price = prices.CACHE_HOUR[wanted] * prices.HOURS
            return None, f"the emulator has no cache clusters; one of {wanted} GB is ${price:.2f} a month"
        return 0.0, "no stage cache"
    size = stage["cacheClusterSize"]
    return prices.CACHE_HOUR[size] * prices.HOURS, f"a stage cache of {size} GB, ${prices.CACHE_HOUR[size]} an hour"


def _alarms(_: Deployment, there: dict[str, Json]) -> Line:
    text = f"{counted(len(there), 'alarm')} at ${prices.ALARM:.2f}; the first 10 of an account are free"
    return len(there) * prices.ALARM, text


def _dashboards(deployment: Deployment, there: dict[str, Json]) -> Line:
    pages = deployment.client("cloudwatch").get_paginator("list_dashboards").paginate()
    account = sum(len(page["DashboardEntries"]) for page in pages)
    billed = min(len(there), max(0, account - prices.FREE_DASHBOARDS))
    return billed * prices.DASHBOARD, f"{len(there)} of {account} dashboards of the account, {prices.FREE_DASHBOARDS} are free"


def _log_groups(deployment: Deployment, there: dict[str, Json]) -> Line:
    logs, ids = deployment.client("logs"), deployment.template.ids
    stored = 0
    for name in there:
        groups = logs.describe_log_groups(logGroupNamePrefix=ids[name])["logGroups"]
        stored += sum(group.get("storedBytes", 0) for group in groups if group["logGroupName"] == ids[name])
    gigabytes = stored / 1e9
    return gigabytes * prices.LOG_GB, f"{gigabytes:.3f} GB in {len(there)} log groups at ${prices.LOG_GB:.2f}"


def _secrets(_: Deployment, there: dict[str, Json]) -> Line:
    return len(there) * prices.SECRET, f"{counted(len(there), 'secret')} at ${prices.SECRET:.2f}"


def _web_acls(_: Deployment, there: dict[str, Json]) -> Line:
    rules = sum(len(acl.get("Rules", [])) for acl in there.values())
    return len(there) * prices.WEB_ACL + rules * prices.WEB_ACL_RULE, f"{counted(len(there), 'web ACL')}, {counted(rules, 'rule')}"


def _keys(_: Deployment, there: dict[str, Json]) -> Line:
    return len(there) * prices.KMS_KEY, counted(len(there), "key")


def _hosted_zones(_: Deployment, there: dict[str, Json]) -> Line:
    return len(there) * prices.HOSTED_ZONE, counted(len(there), "hosted zone")


def _health_checks(_: Deployment, there: dict[str, Json]) -> Line:
    options = 0
    for check in there.values():
        config = check.get("HealthCheckConfig", {})
        options += "HTTPS" in config.get("Type", "")
        options += "SearchString" in config
        options += str(config.get("RequestInterval")) == "10"
        options += str(config.get("MeasureLatency", False)).lower() == "true"
    price = len(there) * prices.HEALTH_CHECK + options * prices.HEALTH_CHECK_OPTION
    return price, f"{counted(len(there), 'health check')} of an endpoint in AWS, with {counted(options, 'option')}"


LINES: dict[str, Callable[[Deployment, dict[str, Json]], Line]] = {
    "AWS::ApiGateway::Stage": _cache,
    "AWS::CloudWatch::Alarm": _alarms,
    "AWS::CloudWatch::Dashboard": _dashboards,
    "AWS::KMS::Key": _keys,
    "AWS::Logs::LogGroup": _log_groups,
    "AWS::Route53::HealthCheck": _health_checks,
    "AWS::Route53::HostedZone": _hosted_zones,
    "AWS::SecretsManager::Secret": _secrets,
    "AWS::WAFv2::WebACL": _web_acls,
}
