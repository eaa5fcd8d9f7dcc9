"""Access: the tokens, the authorizer, the functions' roles, and who may invoke the functions."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError

from .deployment import Deployment, NotCheckable, known
from .outside import wrong_token
from .policies import listed, statements
from .report import Results, counted, failed, judged, not_checked, warning
from .template import Json

#: The minimum number of characters in a token.
TOKEN_LENGTH = 32

#: The source of a permission to invoke a function that names none.
ANY_SOURCE = "any source"


def tokens_secret(deployment: Deployment) -> Results:
    """The secret with the tokens is readable and has what the authorizer needs. None of it is printed."""
    try:
        secret = deployment.secret
    except ValueError:
        yield failed("it is not JSON")
        return
    wrong, expired = [], []
    if not isinstance(secret.get("token"), str) or len(secret["token"]) < TOKEN_LENGTH:
        wrong.append(f"`token` is not a string of at least {TOKEN_LENGTH} characters")
    principals = secret.get("principals", [])
    if isinstance(principals, list):
        scopes = {"*", "cache:refresh"} | {route.scope for route in deployment.routes if route.scope}
        wrong += [fault for number, principal in enumerate(principals) for fault in _faults(number, principal, scopes)]
        expired = [principal["name"] for principal in principals if _is_over(principal)]
    else:
        wrong.append("`principals` is not a list")
    right = f"readable, with the deployment's token and {counted(len(principals), 'principal')}"
    yield warning(f"{right}; expired: {', '.join(expired)}") if expired and not wrong else judged(wrong, right)


def _faults(number: int, principal: Any, scopes: set[str]) -> list[str]:
    """Returns why the authorizer ignores a principal."""
    if not isinstance(principal, dict) or not isinstance(principal.get("name"), str):
        return [f"principal {number + 1} has no name"]
    token, faults = principal.get("token"), []
    if not isinstance(token, str) or not re.fullmatch(f"[!-~]{{{TOKEN_LENGTH},}}", token):
        faults.append(f"its token is not at least {TOKEN_LENGTH} characters without spaces")
    for name, allowed in (("scopes", scopes.__contains__), ("accounts", re.compile(r"\*|\d{12}").fullmatch)):
        given = principal.get(name)
        if not isinstance(given, list) or not given or not all(isinstance(one, str) and allowed(one) for one in given):
            faults.append(f"its {name} are {json.dumps(given)}")
    if principal.get("expires") is not None and _end(principal) is None:
        faults.append(f"it expires at {json.dumps(principal['expires'])}, which is not a time")
    return [f"principal {principal['name']}: {fault}" for fault in faults]


def _end(principal: Json) -> datetime | None:
    """Returns when a principal expires, or None if the value is not a point in time."""
    try:
        end = datetime.fromisoformat(principal.get("expires"))
    except (TypeError, ValueError):
        return None
    return end if end.tzinfo else None


def _is_over(principal: Any) -> bool:
    end = _end(principal) if isinstance(principal, dict) else None
    return end is not None and end <= datetime.now(timezone.utc)


def authorizer(deployment: Deployment) -> Results:
    """API Gateway's own test of the authorizer: Allow for the right token, Deny for a wrong one."""
    gateway = deployment.client("apigateway")
    pages = gateway.get_paginator("get_authorizers").paginate(restApiId=deployment.api)
    found = [authorizer for page in pages for authorizer in page["items"]]
    if len(found) != 1:
        yield failed(f"the API has {len(found)} authorizers")
        return
    for subject, token in (("right token", deployment.token), ("wrong token", wrong_token())):
        try:
            answer = gateway.test_invoke_authorizer(
                restApiId=deployment.api, authorizerId=found[0]["id"], headers={"Authorization": f"Bearer {token}"}
            )
        except gateway.exceptions.NotFoundException as error:
            if not deployment.emulated:
                raise
            raise NotCheckable("the emulator has no TestInvokeAuthorizer") from error
        # The log in the response contains the token and is ignored.
        if answer.get("clientStatus") != 0 or not answer.get("policy"):
            yield failed(f"no policy; clientStatus {answer.get('clientStatus')}", subject)
            continue
        effects = {statement["Effect"] for statement in listed(json.loads(answer["policy"])["Statement"])}
        right = "Allow" in effects if subject == "right token" else effects == {"Deny"}
        said = " and ".join(sorted(effects))
        yield judged([] if right else [f"the policy says {said}"], said, subject)


def role_policies(deployment: Deployment) -> Results:
    """Each role of the stack has the policies of the template and no others."""
    iam = deployment.client("iam")
    for name, wanted in deployment.template.resources("AWS::IAM::Role").items():
        role = deployment.template.ids[name]
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
        inline = [policy for page in pages for policy in page["PolicyNames"]]
        documents = [iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"] for policy in inline]
        there = {statement for document in documents for statement in statements(document)}
        policies = [policy["PolicyDocument"] for policy in wanted.get("Policies", [])]
        if not known(policies):
            yield not_checked("the template's policies depend on values that only AWS knows", name)
            continue
        asked = {statement for document in policies for statement in statements(document)}
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        attached = {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
        managed = set(wanted.get("ManagedPolicyArns", []))
        wrong = [f"missing: {_short(statement)}" for statement in sorted(asked - there)]
        wrong += [f"beyond the template: {_short(statement)}" for statement in sorted(there - asked)]
        wrong += [f"missing: {arn}" for arn in sorted(managed - attached)]
        wrong += [f"beyond the template: {arn}" for arn in sorted(attached - managed)]
        yield judged(wrong, f"{counted(len(asked), 'permission')} and {len(managed)} managed policies, no others", name)


def effective_permissions(deployment: Deployment) -> Results:
    """IAM's policy simulation allows each function every action that the template grants it."""
    iam = deployment.client("iam")
    for name, wanted in deployment.template.resources("AWS::IAM::Role").items():
        granted = [s for policy in wanted.get("Policies", []) for s in listed(policy["PolicyDocument"]["Statement"])]
        if not granted:
            continue
        arn = iam.get_role(RoleName=deployment.template.ids[name])["Role"]["Arn"]
        wrong, simulated = [], 0
        for statement in granted:
            if not known(statement):
                yield not_checked(f"{statement.get('Sid')} depends on values that only AWS knows", name)
                continue
            asked = _simulation(deployment, statement)
            pages = iam.get_paginator("simulate_principal_policy").paginate(PolicySourceArn=arn, **asked)
            for result in (result for page in pages for result in page["EvaluationResults"]):
                simulated += 1
                if result["EvalDecision"] != "allowed":
                    wrong.append(_denied(result))
        yield judged(wrong, f"{counted(simulated, 'action')} allowed", name)


def invocations(deployment: Deployment) -> Results:
    """API Gateway may invoke the authorizer and each function for its routes, and nobody else may (get-policy)."""
    permissions = deployment.template.resources("AWS::Lambda::Permission").values()
    for name, physical in deployment.functions.items():
        wanted = {_grant(p) for p in permissions if str(p["FunctionName"]).rsplit(":", 1)[-1] == physical}
        try:
            text = deployment.client("lambda").get_policy(FunctionName=physical)["Policy"]
            there = set(map(_granted, listed(json.loads(text)["Statement"])))
        except ClientError as error:
            # A function that nobody may invoke has no policy.
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            there = set()
        wrong = [f"{principal} may not invoke it from {source}" for principal, source in sorted(wanted - there)]
        for principal, source in sorted(there - wanted):
            wrong.append(f"{principal} may invoke it from {source}, which is not in the template")
        yield judged(wrong, f"only by API Gateway, from {counted(len(wanted), 'source')}", name)


def _short(statement: str) -> str:
    """Returns a statement in short, such as `s3:GetObject on *`."""
    parts = json.loads(statement)
    condition = f" if {json.dumps(parts['Condition'])}" if "Condition" in parts else ""
    effect = "" if parts["Effect"] == "Allow" else f"{parts['Effect']} "
    return f"{effect}{parts['Action'] or parts.get('NotAction')} on {parts['Resource'] or parts.get('NotResource')}{condition}"


def _simulation(deployment: Deployment, statement: Json) -> dict[str, Any]:
    """Returns a request to SimulatePrincipalPolicy that the statement allows."""
    context = {key: listed(values)[0] for keys in statement.get("Condition", {}).values() for key, values in keys.items()}
    entries = [{"ContextKeyName": k, "ContextKeyValues": [v], "ContextKeyType": "string"} for k, v in context.items()]
    owner = context.get("aws:ResourceAccount") or deployment.account
    asked: dict[str, Any] = {"ActionNames": listed(statement["Action"])}
    resources = [_concrete(resource, owner) for resource in listed(statement["Resource"]) if resource != "*"]
    if resources:
        asked["ResourceArns"] = resources
    if entries:
        asked["ContextEntries"] = entries
    return asked


def _concrete(pattern: str, account: str) -> str:
    """Returns a resource that a pattern matches: `?` stands for any character, `*` for the account in an ARN."""
    parts = pattern.replace("?", "a").split(":", 5)
    if len(parts) == 6 and parts[4] == "*":
        parts[4] = account
    return ":".join(parts)


def _denied(result: Json) -> str:
    why = result["EvalDecision"]
    if result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False:
        why += " by the organisation's policies"
    if result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary") is False:
        why += " by the permissions boundary"
    if result.get("MissingContextValues"):
        why += f", {', '.join(result['MissingContextValues'])} unknown"
    return f"{result['EvalActionName']} on {result['EvalResourceName']} is {why}"


def _grant(permission: Json) -> tuple[str, str]:
    """Returns principal and source of a permission in the template."""
    return permission["Principal"], str(permission.get("SourceArn", ANY_SOURCE))


def _granted(statement: Json) -> tuple[str, str]:
    """Returns principal and source of a statement in a function's policy."""
    principal = statement["Principal"]
    principal = next(iter(principal.values())) if isinstance(principal, dict) else principal
    source = ANY_SOURCE
    for keys in statement.get("Condition", {}).values():
        source = next((value for key, value in keys.items() if key.lower() == "aws:sourcearn"), source)
    effect = "" if statement["Effect"] == "Allow" else f" (Effect {statement['Effect']})"
    return str(principal) + effect, str(source)
