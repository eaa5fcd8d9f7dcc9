"""A client that OpenAPI Generator makes of docs/openapi.json gets what a plain call gets."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from emulator.ministack import ROOT
from emulator.stack import Stack
from pydantic_core import to_jsonable_python

from .api import Json, ask
from .examples import environment, run, save

#: Fields of `meta` that differ from call to call.
BY_CHANCE = {"generated_at", "elapsed_ms", "aws_requests"}

TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, deployed: Stack) -> Path:
    """Generates the client with the command of docs/clients.md, and returns its folder."""
    folder = tmp_path_factory.mktemp("generated")
    shutil.copy(ROOT / "docs" / "openapi.json", folder)
    run(["bash", "-e", save(folder, "generate.sh", "generate")], folder, environment(deployed))
    return folder / "client"


@pytest.fixture(scope="module")
def package(generated: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(generated))
    try:
        yield importlib.import_module("stratoscope")
    finally:
        sys.path.remove(str(generated))
        for name in [name for name in sys.modules if name.split(".")[0] == "stratoscope"]:
            del sys.modules[name]


@pytest.fixture(scope="module")
def api(package: ModuleType, deployed: Stack) -> Iterator[Any]:
    configuration = package.Configuration(
        host=deployed.url, api_key={"key": deployed.api_key}, access_token=deployed.token
    )
    with package.ApiClient(configuration) as client:
        yield Routes(package, client)


class Routes:
    """The operations of all tags, by their names."""

    def __init__(self, package: ModuleType, client: Any) -> None:
        tags = ("Resources", "Metrics", "Costs", "Bottlenecks", "Accounts")
        self._apis = [getattr(package, f"{tag}Api")(client) for tag in tags]

    def __getattr__(self, name: str) -> Any:
        return next(getattr(api, name) for api in self._apis if hasattr(api, name))


def steady(body: Json) -> Json:
    """Returns a response without what differs from call to call."""
    meta = {name: value for name, value in body["meta"].items() if name not in BY_CHANCE}
    data = {name: value for name, value in body["data"].items() if name != "as_of"} if isinstance(body["data"], dict) else body["data"]
    return {"success": body["success"], "data": data, "meta": meta}


def plain(model: Any) -> Any:
    """Returns what a part of a response was before the client read it."""
    return json.loads(json.dumps(to_jsonable_python(model.to_dict())))


def like(read: Any, body: Any) -> Any:
    """Returns what the client read, without the fields that are None because the response lacks them, and with the times
    that are the same as the response has them."""
    if isinstance(read, dict) and isinstance(body, dict):
        return {name: like(value, body.get(name)) for name, value in read.items() if name in body or value is not None}
    if isinstance(read, list) and isinstance(body, list) and len(read) == len(body):
        return [like(one, other) for one, other in zip(read, body)]
    if isinstance(read, str) and isinstance(body, str) and TIME.fullmatch(read) and TIME.fullmatch(body):
        return body if datetime.fromisoformat(read) == datetime.fromisoformat(body) else read
    return read


def same(response: Any, body: Json) -> None:
    assert steady(like(plain(response), body)) == steady(body)


def test_resources_are_those_of_a_plain_call(api: Any, deployed: Stack) -> None:
    response = api.resources(types=["ec2", "rds"], regions=["us-east-1", "eu-west-1"], tags=["env:prod"])
    body = ask(deployed, "/resources", types="ec2,rds", regions="us-east-1,eu-west-1", tags="env:prod")
    assert len(body["data"]["ec2"]) > 2 and len(body["data"]["rds"]) > 1
    same(response, body)
    first = body["data"]["ec2"][0]
    assert (response.data.ec2[0].id, response.data.ec2[0].tags) == (first["id"], first["tags"])
    # Types that were not requested are absent, which the client shows as None.
    assert response.data.ebs is None


def test_pages_are_followed_by_their_cursor(api: Any, deployed: Stack) -> None:
    found, cursor = [], None
    while True:
        page = api.resources(types=["ec2"], limit=4, cursor=cursor).data
        found += [instance.id for instance in page.ec2]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) > 4
    assert found == [instance["id"] for instance in ask(deployed, "/resources", types="ec2")["data"]["ec2"]]


def test_costs_are_those_of_a_plain_call(api: Any, deployed: Stack) -> None:
    response = api.costs(days=7, group_by=["service", "region"], forecast=True)
    body = ask(deployed, "/costs", days=7, group_by="service,region", forecast="true")
    assert body["data"]["total_cost"] > 0 and body["data"]["forecast"]["mean"] > 0
    same(response, body)
    day, period = next(iter(body["data"]["periods"].items()))
    assert response.data.periods[day].cost == period["cost"]


def test_findings_are_those_of_a_plain_call(api: Any, deployed: Stack) -> None:
    response = api.bottlenecks(types=["ec2", "rds"], thresholds=["ec2_idle.cpu:10", "rds_low_storage:20"], max_cost_usd=0.5)
    body = ask(
        deployed, "/bottlenecks", types="ec2,rds", thresholds="ec2_idle.cpu:10,rds_low_storage:20", max_cost_usd="0.5"
    )
    assert body["data"]["findings"] and body["data"]["not_judged"]
    same(response, body)
    assert [f.severity for f in response.data.findings] == [f["severity"] for f in body["data"]["findings"]]


def test_metrics_are_those_of_a_plain_call(api: Any, deployed: Stack) -> None:
    asked = {"types": ["ec2"], "sort": "cpu:Maximum", "limit": 3, "hours": 3}
    body = ask(deployed, "/metrics", **asked | {"types": "ec2"})
    by_filters = api.metrics(**asked)
    assert like([plain(entry) for entry in by_filters.data.actual_instance], body["data"]) == body["data"]
    assert len(body["data"]) == 3 and body["data"][0]["metrics"]["cpu"]
    first = body["data"][0]
    by_id = api.metrics(resource_type="ec2", resource_ids=[first["id"]], region=first["region"], hours=3)
    points = by_id.data.actual_instance[first["id"]]["cpu"]
    assert [plain(point) for point in points] == first["metrics"]["cpu"]


def test_accounts_are_those_of_a_plain_call(api: Any, deployed: Stack) -> None:
    body = ask(deployed, "/accounts")
    assert [account["id"] for account in body["data"]["accounts"]][:2] == [deployed.account, deployed.other_account]
    same(api.accounts(), body)
    other = api.account_resources(deployed.other_account, types=["ec2"])
    assert other.meta.account == deployed.other_account
    same(other, ask(deployed, f"/accounts/{deployed.other_account}/resources", types="ec2"))


def test_a_usual_percentile_is_a_field_of_a_datapoint(api: Any) -> None:
    asked = {"resource_type": "lambda", "resource_ids": ["invoice-mail"], "region": "us-east-1", "metrics": ["duration"]}
    data = api.metrics(**asked, statistics=["p90", "Sum"], hours=24).data.actual_instance
    (point, *_) = data["invoice-mail"]["duration"]
    assert point.p90 == pytest.approx(6000) and point.sum > 0 and point.p99 is None


def test_costs_by_a_tag_are_additional_fields(api: Any, deployed: Stack) -> None:
    costs = api.costs(days=7, group_by=["service", "tag:team"]).data
    body = ask(deployed, "/costs", days=7, group_by="service,tag:team")["data"]
    assert costs.additional_properties == {"costs_by_tag:team": body["costs_by_tag:team"]}
    day, period = next(iter(body["periods"].items()))
    groups = {name: group.actual_instance for name, group in costs.periods[day].groups.items()}
    assert groups == period["groups"] and all(isinstance(group, dict) for group in groups.values())


def test_a_table_is_returned_without_reading_it(api: Any, deployed: Stack) -> None:
    response = api.resources_without_preload_content(types=["ec2"], limit=3, format="csv")
    _, _, body = deployed.get("/resources?types=ec2&limit=3&format=csv")
    assert (response.status, response.data) == (200, body)
    assert response.headers["Link"].endswith('rel="next"')


def test_a_refusal_of_the_gateway_has_its_message(package: ModuleType, deployed: Stack) -> None:
    configuration = package.Configuration(
        host=deployed.url, api_key={"key": deployed.api_key}, access_token="x" * 40
    )
    with package.ApiClient(configuration) as client, pytest.raises(package.exceptions.ForbiddenException) as refused:
        package.ResourcesApi(client).resources()
    assert refused.value.data.actual_instance.message.startswith("User is not authorized to access this resource")


def test_an_error_has_its_status_and_body(api: Any, package: ModuleType) -> None:
    with pytest.raises(package.exceptions.BadRequestException) as refused:
        api.resources(tags=["!env:prod"])
    assert refused.value.status == 400
    assert (refused.value.data.error.code, refused.value.data.error.parameter) == ("InvalidParameter", "tags")


def test_the_program_of_the_document_prints_what_there_is(deployed: Stack, generated: Path, tmp_path: Path) -> None:
    save(tmp_path, "program.py", "generated client")
    done = run([sys.executable, "program.py"], tmp_path, environment(deployed, PYTHONPATH=str(generated)))
    lines = done.stdout.splitlines()
    running = ask(deployed, "/resources", types="ec2", states="running", tags="env:prod")["data"]["ec2"]
    assert running
    assert lines[: len(running)] == [f"{i['region']} {i['id']} {i['name']} {i['type']}" for i in running]
    costs = ask(deployed, "/costs", days=7, group_by="service")["data"]
    assert lines[len(running)] == f"seven days: {costs['total_cost']} USD"
    findings = ask(deployed, "/bottlenecks", types="ec2,rds")["data"]["findings"]
    shown = [f"{f['severity']} {f['rule']} {f['resource']['name']}" for f in findings]
    assert lines[len(running) + 1 : -2] == shown
    assert lines[-2].startswith("200 resource_type,id,region,name,arn,tags,")
    assert lines[-1].startswith("400 ") and "mars-1" in lines[-1]
