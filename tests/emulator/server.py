"""Starts MiniStack with what the demo account and the deployed API need and MiniStack lacks.

It runs in a process of its own (`python -m emulator.server`). What is changed:

- Times that lie back: a tag `emulator:days-old` is not stored, but makes a resource as old as it says. A stopped instance
  has been stopped for that long.
- The times of images and endpoints, and when an instance was stopped, which MiniStack does not return.
- The versions of all launch templates at once, for which AWS needs no id of one.
- The made-up volume of a copied snapshot.
- What prices depend on: what is billed for an instance, the throughput of a volume, and whose address it is.
- EC2's dry runs, which MiniStack runs in earnest.
- Instances of registered images, which MiniStack would start in Docker.
- The usage metrics that have been active lately, of which MiniStack returns all, and AWS's pages of them.
- The permissions of CloudWatch's operations in its binary format, which MiniStack does not recognise.
- The parameters of a path are permitted by the path. MiniStack takes them for every resource.
- The gateway's own responses are those that the API has, and not those that it had when it was deployed, since
  `definition.complete` adds them after that.
- The status of OpenSearch domains, their tags in the tagging API, and that a request describes at most five of them.
- Redshift, which `redshift` has.
- Templates are parsed by libyaml, in a tenth of the time.
- The garbage collector runs less often. It would walk all that the emulator keeps every few hundred calls, a tenth of its
  time.
- Room for as many new connections as the kernel allows. The server has room for 100, and thirty callers open thousands;
  AWS turns none away.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import hypercorn.config
import ministack.app
import yaml
from ministack.core import iam_actions
from ministack.services import apigateway_v1, cloudwatch, ec2, efs, opensearch, rds, tagging
from ministack.services.cloudformation import engine

from . import redshift

#: The tag that makes a resource older.
DAYS_OLD = "emulator:days-old"

#: The tag of a new file system that has the GiB which it stores in its Standard class.
GIB_STORED = "emulator:gib-stored"

#: The records of each type that can be made older, by the start of their ids, and the field with their time.
TIMES: dict[str, tuple[Any, str]] = {
    "ami-": (ec2._images, "CreationDate"),
    "i-": (ec2._instances, "StoppedAt"),
    "nat-": (ec2._nat_gateways, "CreateTime"),
    "snap-": (ec2._snapshots, "StartTime"),
    "vpce-": (ec2._vpc_endpoints, "CreationTimestamp"),
}

Handler = Callable[..., Any]
actions: dict[str, Handler] = ec2._ACTION_MAP


def _create_tags(parameters: dict[str, Any]) -> Any:
    (days,) = [tag["Value"] for tag in ec2._parse_tags(parameters) if tag["Key"] == DAYS_OLD] or [None]
    if days is None:
        return ec2._create_tags(parameters)
    for name in ec2._parse_member_list(parameters, "ResourceId"):
        records, field = next(found for start, found in TIMES.items() if name.startswith(start))
        records[name][field] = _days_ago(int(days))
    return ec2._xml(200, "CreateTagsResponse", "<return>true</return>")


def _days_ago(days: int) -> str:
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _create_db_snapshot(parameters: dict[str, Any], plain: Handler = rds._create_db_snapshot) -> Any:
    created, snapshot = plain(parameters), rds._snapshots.get(rds._p(parameters, "DBSnapshotIdentifier"))
    days = [tag for tag in snapshot["TagList"] if tag["Key"] == DAYS_OLD] if snapshot else []
    if days:
        snapshot["SnapshotCreateTime"] = _days_ago(int(days[0]["Value"]))
        snapshot["TagList"].remove(days[0])
    return created


def _create_file_system(asked: dict[str, Any], plain: Handler = efs._create_file_system) -> Any:
    (gib,) = [int(tag["Value"]) for tag in asked.get("Tags", []) if tag["Key"] == GIB_STORED] or [0]
    asked["Tags"] = [tag for tag in asked.get("Tags", []) if tag["Key"] != GIB_STORED]
    before = set(efs._file_systems)
    created = plain(asked)
    for name in set(efs._file_systems) - before:
        # The emulator's own has no size in the Archive class.
        efs._file_systems[name]["SizeInBytes"] |= {"Value": gib * 1024**3, "ValueInStandard": gib * 1024**3, "ValueInArchive": 0}
    return created


def _with_dry_run(plain: Handler) -> Handler:
    """Returns an operation of EC2 that changes nothing in a dry run. Whether it is permitted was checked before."""

    def operation(parameters: dict[str, Any]) -> Any:
        if ec2._p(parameters, "DryRun") == "true":
            return ec2._error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        return plain(parameters)

    return operation


def _copy_snapshot(parameters: dict[str, Any]) -> Any:
    before = set(ec2._snapshots)
    copied = ec2._copy_snapshot(parameters)
    for name in set(ec2._snapshots) - before:
        ec2._snapshots[name]["VolumeId"] = "vol-ffffffff"
    return copied


def _launch_template_versions(parameters: dict[str, Any]) -> Any:
    if "LaunchTemplateId" in parameters or "LaunchTemplateName" in parameters:
        return ec2._describe_launch_template_versions(parameters)
    items = ""
    for template in ec2._launch_templates.values():
        numbers = {"$Latest": template["LatestVersionNumber"], "$Default": template["DefaultVersionNumber"]}
        wanted = {numbers[version] for version in ec2._parse_member_list(parameters, "LaunchTemplateVersion")}
        items += "".join(ec2._lt_version_xml(found) for found in template["Versions"] if found["VersionNumber"] in wanted)
    body = f"<launchTemplateVersionSet>{items}</launchTemplateVersionSet>"
    return ec2._xml(200, "DescribeLaunchTemplateVersionsResponse", body)


def _image_devices(view: dict[str, Any], plain: Callable[..., str] = ec2._image_bdm_xml) -> str:
    created = ec2._images[view["ImageId"]]["CreationDate"] if view["ImageId"] in ec2._images else None
    return plain(view) + (f"<creationDate>{created}</creationDate>" if created else "")


def _endpoint(endpoint: dict[str, Any], tag: str = "item", plain: Callable[..., str] = ec2._vpce_fields_xml) -> str:
    created = endpoint.setdefault("CreationTimestamp", ec2._now_ts())
    return plain(endpoint, tag).replace("<state>", f"<creationTimestamp>{created}</creationTimestamp><state>")


def _instance(instance: dict[str, Any], plain: Callable[..., str] = ec2._instance_xml) -> str:
    stopped = instance.get("StoppedAt")
    # Linux without software of others is billed unless the image says otherwise.
    billed = f"<usageOperation>{USAGE_OPERATIONS.get(instance['ImageId'], 'RunInstances')}</usageOperation>"
    bought = f"<instanceLifecycle>{instance['Lifecycle']}</instanceLifecycle>" if "Lifecycle" in instance else ""
    described = plain(instance).replace("<tagSet>", f"{billed}{bought}<tagSet>", 1)
    if instance["State"]["Name"] != "stopped" or not stopped:
        return described
    reason = f"User initiated ({stopped[:10]} {stopped[11:19]} GMT)"
    return described.replace("<instanceType>", f"<reason>{reason}</reason><instanceType>", 1)


#: What is billed for an instance of an image that is not of Linux: Windows, Windows with SQL Server Standard, Windows with
#: the owner's licence, and Red Hat Enterprise Linux. The first one is of the emulator's own images.
USAGE_OPERATIONS = {
    "ami-0fedcba9876543210": "RunInstances:0002",
    "ami-0fedcba9876543211": "RunInstances:0006",
    "ami-0fedcba9876543212": "RunInstances:0800",
    "ami-0fedcba9876543213": "RunInstances:0010",
}


def _run_instances(parameters: dict[str, Any], plain: Handler = ec2._run_instances) -> Any:
    before = set(ec2._instances)
    started, market = plain(parameters), ec2._p(parameters, "InstanceMarketOptions.MarketType")
    for name in set(ec2._instances) - before:
        instance = ec2._instances[name]
        instance["Placement"]["Tenancy"] = ec2._p(parameters, "Placement.Tenancy") or "default"
        if market:
            instance["Lifecycle"] = market
    return started


def _create_volume(parameters: dict[str, Any], plain: Handler = ec2._create_volume) -> Any:
    before = set(ec2._volumes)
    created, throughput = plain(parameters), ec2._p(parameters, "Throughput")
    for name in set(ec2._volumes) - before if throughput else ():
        ec2._volumes[name]["Throughput"] = int(throughput)
    return created


def _volume(volume: dict[str, Any], plain: Callable[..., str] = ec2._volume_inner_xml) -> str:
    throughput = f"<throughput>{volume['Throughput']}</throughput>" if volume.get("Throughput") else ""
    return plain(volume).replace("<encrypted>", f"{throughput}<encrypted>", 1)


def _describe_addresses(parameters: dict[str, Any], plain: Handler = ec2._describe_addresses) -> Any:
    status, headers, body = plain(parameters)
    return status, headers, body.replace(b"<domain>", b"<publicIpv4Pool>amazon</publicIpv4Pool><domain>")


def _resource(
    service: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, Any],
    region: str,
    account: str,
    plain: Callable[..., str] = iam_actions.extract_resource_arn,
) -> str:
    if service == "ssm" and headers.get("x-amz-target", "").endswith(".GetParametersByPath"):
        return f"arn:aws:ssm:{region}:{account}:parameter{json.loads(body)['Path']}"
    if service == "monitoring" and "/operation/" in path:
        return "*"
    return plain(service, method, path, headers, body, query, region, account)


def _action(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any],
    plain: Callable[..., str | None] = iam_actions.extract_iam_action,
) -> str | None:  # fmt: skip
    if service == "monitoring" and "/operation/" in path:
        return f"cloudwatch:{path.rsplit('/', 1)[-1]}"
    return plain(service, method, path, headers, body, query)


#: The most metrics on a page.
METRICS_A_PAGE = 500


def _list_metrics(
    parameters: dict[str, Any], asked: dict[str, Any], is_cbor: bool, is_json: bool = False,
    plain: Callable[..., Any] = cloudwatch._list_metrics,
) -> Any:  # fmt: skip
    if not is_cbor:
        return plain(parameters, asked, is_cbor, is_json)
    wanted = {field: asked[field] for field in ("Namespace", "MetricName") if field in asked}
    since = datetime.now(timezone.utc) - timedelta(hours=3) if asked.get("RecentlyActive") == "PT3H" else None
    found = []
    for (namespace, name, _), points in cloudwatch._metrics.items():
        metric = {"Namespace": namespace, "MetricName": name}
        active = since is None or any(since.timestamp() <= point["Timestamp"] for point in points)
        dimensions = points[0].get("Dimensions", {}) if points else {}
        filters = {given["Name"]: given.get("Value") for given in asked.get("Dimensions", [])}
        has = all(dimensions.get(key) == (value or dimensions.get(key)) and key in dimensions for key, value in filters.items())
        if active and has and wanted.items() <= metric.items():
            found.append(metric | {"Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()]})
    first = int(asked.get("NextToken", "0"))
    end = first + METRICS_A_PAGE
    return cloudwatch._cbor_ok({"Metrics": found[first:end]} | ({"NextToken": str(end)} if end < len(found) else {}))


def _domain(record: dict[str, Any], plain: Callable[..., dict[str, Any]] = opensearch._public) -> dict[str, Any]:
    return plain(record) | {"DomainProcessingStatus": "Deleting" if record["Deleted"] else "Active"}


def _describe_domains(asked: dict[str, Any], plain: Callable[..., Any] = opensearch._describe_domains) -> Any:
    if len(asked["DomainNames"]) > 5:
        return opensearch._error(400, "ValidationException", "Please provide a maximum of 5 domain names to describe.")
    return plain(asked)


def _domain_tags() -> Iterator[tuple[str, list[dict[str, str]]]]:
    for domain in opensearch._domains.values():
        yield domain["ARN"], opensearch._tags.get(domain["ARN"]) or []


class _OfNoDeployment(dict):
    """The gateway's responses by deployment, none of which has any."""

    def get(self, *_: Any) -> dict[str, Any]:
        return {}


class _TemplateLoader(yaml.CSafeLoader):
    """MiniStack's own constructors, which it has added to a parser in Python."""

    yaml_constructors = engine.CfnLoader.yaml_constructors


if __name__ == "__main__":
    actions["CreateTags"] = _create_tags
    actions["CopySnapshot"] = _copy_snapshot
    actions["CreateVolume"] = _create_volume
    actions["DescribeAddresses"] = _describe_addresses
    actions["DescribeLaunchTemplateVersions"] = _launch_template_versions
    actions["RunInstances"] = _run_instances
    actions.update({name: _with_dry_run(plain) for name, plain in actions.items()})
    efs._create_file_system = _create_file_system
    rds._ACTION_MAP["CreateDBSnapshot"] = _create_db_snapshot
    cloudwatch._list_metrics = _list_metrics
    ec2._image_bdm_xml = _image_devices
    ec2._vpce_fields_xml = _endpoint
    ec2._instance_xml = _instance
    ec2._volume_inner_xml = _volume
    ec2._registered_image = lambda image: None
    ec2._docker_touched = lambda: False
    iam_actions.extract_iam_action = _action
    iam_actions.extract_resource_arn = _resource
    apigateway_v1._deployed_gateway_responses = _OfNoDeployment()
    opensearch._public = _domain
    opensearch._describe_domains = _describe_domains
    tagging._COLLECTORS["es"] = _domain_tags
    redshift.install()
    engine.CfnLoader = _TemplateLoader
    hypercorn.config.Config.backlog = 4096
    gc.set_threshold(100_000, 50, 100)
    ministack.app.main()
