"""Starts MiniStack with what the demo account and the deployed API need and MiniStack lacks.

It runs in a process of its own (`python -m emulator.server`). What is changed:

- Times that lie back: a tag `emulator:days-old` is not stored, but makes a resource as old as it says. A stopped instance
  has been stopped for that long.
- The times of images and endpoints, and when an instance was stopped, which MiniStack does not return.
- The versions of all launch templates at once, for which AWS needs no id of one.
- The made-up volume of a copied snapshot.
- Instances of registered images, which MiniStack would start in Docker.
- The parameters of a path are permitted by the path. MiniStack takes them for every resource.
- The gateway's own responses are those that the API has, and not those that it had when it was deployed, since
  `definition.complete` adds them after that.
- The status of OpenSearch domains, their tags in the tagging API, and that a request describes at most five of them.
- Redshift, which `redshift` has.
- Room for as many new connections as the kernel allows. The server has room for 100, and thirty callers open thousands;
  AWS turns none away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import hypercorn.config
import ministack.app
from ministack.core import iam_actions
from ministack.services import apigateway_v1, ec2, opensearch, tagging

from . import redshift

#: The tag that makes a resource older.
DAYS_OLD = "emulator:days-old"

#: The records of each type that can be made older, by the start of their ids, and the field with their time.
TIMES: dict[str, tuple[Any, str]] = {
    "ami-": (ec2._images, "CreationDate"),
    "i-": (ec2._instances, "StoppedAt"),
    "nat-": (ec2._nat_gateways, "CreateTime"),
    "snap-": (ec2._snapshots, "StartTime"),
    "vpce-": (ec2._vpc_endpoints, "CreationTimestamp"),
}

Handler = Callable[[dict[str, Any]], Any]
actions: dict[str, Handler] = ec2._ACTION_MAP


def _create_tags(parameters: dict[str, Any]) -> Any:
    (days,) = [tag["Value"] for tag in ec2._parse_tags(parameters) if tag["Key"] == DAYS_OLD] or [None]
    if days is None:
        return ec2._create_tags(parameters)
    at = datetime.now(timezone.utc) - timedelta(days=int(days))
    for name in ec2._parse_member_list(parameters, "ResourceId"):
        records, field = next(found for start, found in TIMES.items() if name.startswith(start))
        records[name][field] = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return ec2._xml(200, "CreateTagsResponse", "<return>true</return>")


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
    if instance["State"]["Name"] != "stopped" or not stopped:
        return plain(instance)
    reason = f"User initiated ({stopped[:10]} {stopped[11:19]} GMT)"
    return plain(instance).replace("<instanceType>", f"<reason>{reason}</reason><instanceType>", 1)


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
    return plain(service, method, path, headers, body, query, region, account)


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


if __name__ == "__main__":
    actions["CreateTags"] = _create_tags
    actions["CopySnapshot"] = _copy_snapshot
    actions["DescribeLaunchTemplateVersions"] = _launch_template_versions
    ec2._image_bdm_xml = _image_devices
    ec2._vpce_fields_xml = _endpoint
    ec2._instance_xml = _instance
    ec2._registered_image = lambda image: None
    ec2._docker_touched = lambda: False
    iam_actions.extract_resource_arn = _resource
    apigateway_v1._deployed_gateway_responses = _OfNoDeployment()
    opensearch._public = _domain
    opensearch._describe_domains = _describe_domains
    tagging._COLLECTORS["es"] = _domain_tags
    redshift.install()
    hypercorn.config.Config.backlog = 4096
    ministack.app.main()
