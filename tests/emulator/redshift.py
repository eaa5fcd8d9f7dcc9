"""Redshift's clusters for the emulator, which has no Redshift.

It is a service of the emulator like its own: accounts, regions and permissions are the emulator's. Requests and responses
follow botocore's model of the service. What the model does not allow is refused, so that a request which AWS would not
understand finds nothing here either.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
import ministack.app
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator
from ministack.core import iam_actions, responses, router

from . import clock

SERVICE = "redshift"
MODEL = botocore.session.get_session().get_service_model(SERVICE)
NAMESPACE = MODEL.metadata["xmlNamespace"]

#: How many clusters a page may have, and has if the request does not say.
SMALLEST_PAGE, LARGEST_PAGE = 20, 100
PORT = 5439

#: The clusters by name, of each account and region.
clusters = responses.AccountRegionScopedDict()


class Refused(Exception):
    """What AWS answers with an error: status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def _create_cluster(asked: dict[str, Any]) -> dict[str, Any]:
    name = asked["ClusterIdentifier"]
    if name in clusters:
        raise Refused(400, "ClusterAlreadyExists", "Cluster already exists")
    several = asked.get("ClusterType", "multi-node") == "multi-node"
    nodes = asked.get("NumberOfNodes", 2 if several else 1)
    if several != (nodes > 1):
        raise Refused(400, "InvalidParameterCombination", "Number of nodes for cluster type multi-node must be greater than 1")
    region = responses.get_region()
    clusters[name] = {
        "ClusterIdentifier": name,
        "NodeType": asked["NodeType"],
        "NumberOfNodes": nodes,
        "ClusterStatus": "available",
        "ClusterAvailabilityStatus": "Available",
        "MasterUsername": asked["MasterUsername"],
        "DBName": asked.get("DBName", "dev"),
        "Endpoint": {
            "Address": f"{name}.{responses.get_account_id()}.{region}.redshift.amazonaws.com",
            "Port": asked.get("Port", PORT),
        },
        "ClusterCreateTime": clock.now(),
        "AutomatedSnapshotRetentionPeriod": asked.get("AutomatedSnapshotRetentionPeriod", 1),
        "AvailabilityZone": asked.get("AvailabilityZone", f"{region}a"),
        "MultiAZ": "Enabled" if asked.get("MultiAZ") else "Disabled",
        "ClusterVersion": asked.get("ClusterVersion", "1.0"),
        "PubliclyAccessible": asked.get("PubliclyAccessible", False),
        "Encrypted": asked.get("Encrypted", True),
        "MaintenanceTrackName": asked.get("MaintenanceTrackName", "current"),
        "Tags": asked.get("Tags", []),
    }
    return {"Cluster": clusters[name]}


def _describe_clusters(asked: dict[str, Any]) -> dict[str, Any]:
    if asked.keys() & {"TagKeys", "TagValues"}:
        raise Refused(400, "InvalidParameterValue", "This Redshift does not filter by tags")
    if "ClusterIdentifier" in asked:
        if asked["ClusterIdentifier"] not in clusters:
            raise Refused(404, "ClusterNotFound", f"Cluster {asked['ClusterIdentifier']} not found.")
        return {"Clusters": [clusters[asked["ClusterIdentifier"]]]}
    size = asked.get("MaxRecords", LARGEST_PAGE)
    if not SMALLEST_PAGE <= size <= LARGEST_PAGE:
        raise Refused(400, "InvalidParameterValue", f"MaxRecords must be from {SMALLEST_PAGE} to {LARGEST_PAGE}")
    names = sorted(clusters)
    # The marker is the last name of the page before.
    rest = [name for name in names if name > asked.get("Marker", "")]
    more = {"Marker": rest[size - 1]} if len(rest) > size else {}
    return {"Clusters": [clusters[name] for name in rest[:size]], **more}


def _delete_cluster(asked: dict[str, Any]) -> dict[str, Any]:
    if asked["ClusterIdentifier"] not in clusters:
        raise Refused(404, "ClusterNotFound", f"Cluster {asked['ClusterIdentifier']} not found.")
    cluster = clusters.pop(asked["ClusterIdentifier"])
    return {"Cluster": cluster | {"ClusterStatus": "deleting"}}


def _pause_cluster(asked: dict[str, Any]) -> dict[str, Any]:
    return {"Cluster": _in_state(asked["ClusterIdentifier"], "available", "paused")}


def _resume_cluster(asked: dict[str, Any]) -> dict[str, Any]:
    return {"Cluster": _in_state(asked["ClusterIdentifier"], "paused", "available")}


def _in_state(name: str, before: str, after: str) -> dict[str, Any]:
    """Changes the state of a cluster, which must be in the state before."""
    if name not in clusters:
        raise Refused(404, "ClusterNotFound", f"Cluster {name} not found.")
    if clusters[name]["ClusterStatus"] != before:
        raise Refused(400, "InvalidClusterState", f"The cluster must be in the state {before}.")
    clusters[name]["ClusterStatus"] = after
    return clusters[name]


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "CreateCluster": _create_cluster,
    "DeleteCluster": _delete_cluster,
    "DescribeClusters": _describe_clusters,
    "PauseCluster": _pause_cluster,
    "ResumeCluster": _resume_cluster,
}


async def _handle(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> tuple[int, dict[str, str], bytes]:
    given = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    try:
        status, text = 200, _answer(given)
    except Refused as error:
        inner = f"<Error><Type>Sender</Type><Code>{error.code}</Code><Message>{escape(str(error))}</Message></Error>"
        status, text = error.status, f'<ErrorResponse xmlns="{NAMESPACE}">{inner}</ErrorResponse>'
    return status, {"Content-Type": "text/xml"}, text.encode()


def _answer(given: dict[str, str]) -> str:
    name, version = given.pop("Action", ""), given.pop("Version", "")
    if name not in OPERATIONS or version != MODEL.api_version:
        raise Refused(400, "InvalidAction", f"Could not find operation {name} for version {version}")
    operation = MODEL.operation_model(name)
    found = OPERATIONS[name](_asked(operation, given))
    wrapper = operation.output_shape.serialization["resultWrapper"]
    result = f"<{wrapper}>{_xml(operation.output_shape, found)}</{wrapper}>"
    return f'<{name}Response xmlns="{NAMESPACE}">{result}</{name}Response>'


def _asked(operation: OperationModel, given: dict[str, str]) -> dict[str, Any]:
    """Reads the parameters of a request by the operation's model."""
    left = dict(given)
    asked = _read(operation.input_shape, "", left) or {}
    if left:
        raise Refused(400, "MalformedQueryString", f"Not parameters of {operation.name}: {', '.join(sorted(left))}")
    report = ParamValidator().validate(asked, operation.input_shape)
    if report.has_errors():
        raise Refused(400, "ValidationError", report.generate_report())
    return asked


def _read(shape: Shape, name: str, left: dict[str, str]) -> Any:
    """Takes the value of a shape out of `left`; None if it is not there."""
    if shape.type_name == "structure":
        members = {key: _read(member, f"{name}.{key}".lstrip("."), left) for key, member in shape.members.items()}
        return {key: value for key, value in members.items() if value is not None} or None
    if shape.type_name == "list":
        items = []
        item = f"{name}.{shape.member.serialization.get('name', 'member')}"
        while (value := _read(shape.member, f"{item}.{len(items) + 1}", left)) is not None:
            items.append(value)
        return items or None
    text = left.pop(name, None)
    if text is None or shape.type_name == "string":
        return text
    try:
        return {"integer": int, "boolean": {"true": True, "false": False}.__getitem__}[shape.type_name](text)
    except (KeyError, ValueError) as error:
        raise Refused(400, "ValidationError", f"{name} is no {shape.type_name}: {text}") from error


def _xml(shape: Shape, value: Any) -> str:
    if shape.type_name == "structure":
        return "".join(f"<{key}>{_xml(shape.members[key], part)}</{key}>" for key, part in value.items())
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        return "".join(f"<{name}>{_xml(shape.member, item)}</{name}>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z") if isinstance(value, datetime) else escape(str(value))


def install() -> None:
    """Adds Redshift to the emulator's services."""
    ministack.app.SERVICE_HANDLERS[SERVICE] = _handle
    router.SERVICE_PATTERNS[SERVICE] = {"host_patterns": [r"redshift\."]}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE
    iam_actions._SERVICE_PROTOCOL[SERVICE] = "query-xml"
    iam_actions._QUERY_XML_NS[SERVICE] = NAMESPACE
