"""Calls to the API, as its users make them: who is rejected, whether each route works, and for which accounts."""

from __future__ import annotations

import re
import secrets
from collections import Counter

import documents

from .deployment import Answer, Deployment, NotCheckable, Route
from .report import Result, Results, counted, failed, judged, not_checked, ok, warning
from .template import Json

#: What CloudWatch charges for a metric in a request.
PRICE_OF_A_METRIC = 0.01 / 1000

#: How to request a paid call.
ASK = "run with --paid (make: PAID=1)"


def without_a_key(deployment: Deployment) -> Results:
    """A call with a valid token but without an API key is a 403."""
    headers = {"Authorization": deployment.headers()["Authorization"]}
    yield _refused(deployment.get(cheapest(deployment), headers=headers), 403, "Forbidden")


def without_a_token(deployment: Deployment) -> Results:
    """A call without a token is a 401, for which the authorizer is not called."""
    headers = {"x-api-key": deployment.api_key}
    yield _refused(deployment.get(cheapest(deployment), headers=headers), 401, "Unauthorized")


def with_a_wrong_token(deployment: Deployment) -> Results:
    """A wrong token is a 403 from the authorizer's policy, not a 500 from its failure."""
    headers = deployment.headers(token=wrong_token())
    yield _refused(deployment.get(cheapest(deployment), headers=headers), 403, "User is not authorized")


def health(deployment: Deployment) -> Results:
    """The route for monitors needs neither key nor token, including under the deployment's domain name."""
    domain = deployment.outputs.get("DomainUrl")
    private = deployment.parameters.get("EndpointType") == "PRIVATE"
    for path in deployment.open_paths:
        if deployment.emulated and private:
            yield not_checked("the API is PRIVATE, and the emulator has no VPC endpoint to reach it through", path)
        else:
            yield _healthy(deployment.get(path, headers={}), path)
        if domain and deployment.emulated:
            yield not_checked("the emulator has no custom domain names", domain + path)
        elif domain:
            yield _healthy(deployment.fetch(domain + path, headers={}), domain + path)


def _healthy(answer: Answer, subject: str) -> Result:
    wrong = [] if answer.status == 200 else [f"{answer.status} {answer.message!r} instead of 200"]
    return judged(wrong, "200", subject)


def public_routes(deployment: Deployment) -> Results:
    """The page, one of its assets and the description of the API need neither key nor token."""
    found = [route for route in deployment.routes if route.public]
    if not found:
        yield ok("none (Page=false)")
    for route in found:
        if deployment.emulated and deployment.parameters.get("EndpointType") == "PRIVATE":
            yield not_checked("the API is PRIVATE, and the emulator has no VPC endpoint to reach it through", route.path)
            continue
        asset = re.search(r"/assets/[\w.-]+", deployment.get("/", headers={}).body.decode(errors="replace"))
        path = route.path if "{" not in route.path else asset[0] if asset else route.path
        yield _healthy(deployment.get(path, headers={}), route.path)


def closed_routes(deployment: Deployment) -> Results:
    """Every other route refuses a call that has neither key nor token, whichever of them it checks first."""
    for route in deployment.routes:
        if not route.public:
            path = route.path.replace("{account}", deployment.account)
            yield _refused(deployment.get(path, headers={}), 401, "Unauthorized", route.path)


def routes(deployment: Deployment) -> Results:
    """Each route returns a complete response, or one that names its gaps."""
    for route in deployment.routes:
        if route.public:
            continue
        # A route that can't be checked gives the reason, and the others are still checked.
        try:
            yield _route(deployment, route)
        except NotCheckable as reason:
            yield not_checked(str(reason), route.path)
        except OSError as error:
            yield failed(f"no response: {error}", route.path)


def other_accounts(deployment: Deployment) -> Results:
    """Each account of OtherAccounts admits the deployment; checked through the API, as only its functions may enter."""
    given = deployment.parameters.get("OtherAccounts", "")
    if not given:
        yield not_checked("the deployment has no OtherAccounts")
    elif given == "organization":
        yield not_checked("OtherAccounts=organization names no account; name some with --account")
    for account in deployment.named_accounts:
        answer = deployment.get(f"/accounts/{account}/resources", types="s3")
        yield judge_answer(answer, account, account)


def hourly_costs(deployment: Deployment) -> Results:
    """Cost Explorer's hourly option is on, without which /costs?granularity=HOURLY fails."""
    if not any(route.name == "costs" for route in deployment.routes):
        yield not_checked("the template has no route /costs")
    elif not deployment.pays("$0.01", "GET /costs?granularity=HOURLY&days=1"):
        yield not_checked(f"costs $0.01; {ASK}")
    else:
        answer = deployment.get("/costs", granularity="HOURLY", days=1, group_by="service")
        error = answer.json.get("error") if answer.status == 502 else None
        codes = {gap["code"] for gap in (error or {}).get("gaps", []) if gap["service"] == "ce"}
        if codes:
            # This is the account's choice, not a fault of the deployment; the check of routes covers costs in general.
            reason = f"Cost Explorer returns no hourly costs ({', '.join(sorted(codes))})"
            yield warning(f"{reason}: its hourly option is off, or see /costs")
        else:
            yield judge_answer(answer, "", deployment.account)


def cheapest(deployment: Deployment) -> str:
    """Returns a path that is free on AWS and makes at most one AWS call."""
    return f"{resources_route(deployment).path}?types=eip&regions={deployment.region}"


def resources_route(deployment: Deployment) -> Route:
    for route in deployment.routes:
        if route.name == "resources" and not route.account:
            return route
    raise NotCheckable("the template has no route /resources")


def wrong_token() -> str:
    """Returns something that looks like a token but is not valid."""
    return secrets.token_hex(22)


def _refused(answer: Answer, status: int, message: str, subject: str = "") -> Result:
    if unavailable := _unavailable(answer):
        return not_checked(unavailable, subject)
    right = answer.status == status and answer.message.startswith(message)
    wrong = [] if right else [f"{answer.status} {answer.message!r} instead of {status} {message!r}"]
    return judged(wrong, f"{answer.status} {answer.message!r}", subject)


def _unavailable(answer: Answer) -> str | None:
    """Returns why a response says nothing about the deployment, if so."""
    return f"429 {answer.message!r}: the usage plan is used up" if answer.status == 429 else None


def _route(deployment: Deployment, route: Route) -> Result:
    path = route.path.replace("{account}", deployment.account)
    match route.name:
        case "resources":
            answer = deployment.inventory if not route.account else deployment.get(path)
        case "costs":
            answer = _paid(deployment, path, "$0.01")
        case "metrics":
            kind, resource = _measurable(deployment)
            asked = {"resource_type": kind, "resource_ids": resource["id"], "region": resource["region"]}
            answer = _paid(deployment, path, "less than $0.0001, for one resource", **asked)
        case "bottlenecks":
            counts = (deployment.inventory.json.get("data", {}).get("counts") or {}).get("by_type", {})
            metrics = sum((counts.get(kind) or 0) * each for kind, each in documents.metrics_per_resource().items())
            answer = _paid(deployment, path, f"${metrics * PRICE_OF_A_METRIC:.4f} at most, for {metrics} metrics")
        case "accounts":
            # Outside the management account and the delegated administrators, the names are missing, which is no fault.
            return judge_answer(deployment.get(path), route.path, deployment.account, harmless="organizations")
        case _:
            raise NotCheckable("the parameters and the price of this route are unknown to this check")
    return judge_answer(answer, route.path, deployment.account)


def _paid(deployment: Deployment, path: str, price: str, **parameters: object) -> Answer:
    if not deployment.pays(price, f"GET {path}"):
        raise NotCheckable(f"costs {price}; {ASK}")
    return deployment.get(path, **parameters)


def _measurable(deployment: Deployment) -> tuple[str, Json]:
    """Returns a resource whose metrics `/metrics` can return, and its type."""
    data = deployment.inventory.json.get("data", {})
    for kind in documents.measured_types():
        for resource in data.get(kind) or []:
            return kind, resource
    raise NotCheckable("/resources lists nothing that has metrics")


def judge_answer(answer: Answer, subject: str, account: str, harmless: str | None = None) -> Result:
    """Accepts a complete response or one that names its gaps, unless the function's own role caused a gap.

    A denial of the service `harmless` is not the role's.
    """
    if unavailable := _unavailable(answer):
        return not_checked(unavailable, subject)
    if answer.status != 200:
        error = answer.json.get("error")
        code = f" {error.get('code')}" if isinstance(error, dict) else ""
        found = _gaps(error.get("gaps") or []) if isinstance(error, dict) else []
        return failed(f"{answer.status}{code}: {answer.message}" + (f" ({'; '.join(found)})" if found else ""), subject)
    meta = answer.json.get("meta", {})
    if answer.json.get("success") is not True or meta.get("account") != account:
        return failed(f"200 with a response for another account than {account}", subject)
    found = _gaps(meta["gaps"])
    if meta["partial"] != bool(found):
        return failed(f"partial is {meta['partial']}, with {len(found)} gaps", subject)
    charged = float(meta["aws_requests"]["estimated_cost_usd"])
    cost = f"; AWS charged ${charged:.4f}" if charged else ""
    if any(gap["status"] == "denied" and gap["service"] != harmless for gap in meta["gaps"]):
        return failed(f"permissions are missing: {'; '.join(found)}", subject)
    return ok((f"partial, with its gaps named: {'; '.join(found)}" if found else "complete") + cost, subject)


def _gaps(gaps: list[Json]) -> list[str]:
    """Returns each kind of gap once, with its count."""
    kinds = Counter((g["service"], g["operation"], g["status"], g["code"]) for g in gaps)
    return [f"{service}:{operation} {status} ({code}), {counted(n, 'gap')}" for (service, operation, status, code), n in kinds.items()]
