"""Monitoring of the deployment: alarms, the gateway's logs, CloudTrail; and the account's concurrency limit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from .deployment import Deployment, NotCheckable
from .report import Results, counted, failed, judged, not_checked, ok, warning
from .template import Json

#: A handful of callers use up fewer concurrent executions than this; a new account has 10.
SMALL_CONCURRENCY = 50

#: How far back to search CloudTrail, and how late its events arrive.
TRAIL_DAYS = 7
TRAIL_DELAY = "events arrive up to 15 minutes late"


def alarms(deployment: Deployment) -> Results:
    """Every alarm of the stack exists, and none is in ALARM."""
    wanted, found = _alarms(deployment)
    missing = [f"{name} is missing" for name, physical in wanted.items() if physical not in found]
    yield judged(missing, f"all {len(wanted)} exist", "presence")
    if deployment.emulated:
        yield not_checked("the emulator evaluates alarms without their dimensions, so the state is unreliable", "state")
        return
    states = {name: found[physical] for name, physical in wanted.items() if physical in found}
    raised = [f"{name}: {alarm.get('StateReason', '')}" for name, alarm in states.items() if alarm["StateValue"] == "ALARM"]
    silent = [f"{name} is {alarm['StateValue']}" for name, alarm in states.items() if alarm["StateValue"] == "INSUFFICIENT_DATA"]
    if raised:
        yield failed(f"in ALARM: {'; '.join(raised)}", "state")
    elif silent:
        yield warning(f"{len(states) - len(silent)} in OK; {'; '.join(silent)}, as in the first minutes of a deployment", "state")
    else:
        yield ok(f"{len(states)} in OK", "state")


def alarm_actions(deployment: Deployment) -> Results:
    """Each alarm has the actions of the template, and AlarmEmail has confirmed its subscription."""
    names, found = _alarms(deployment)
    template = deployment.template.resources("AWS::CloudWatch::Alarm")
    wanted = {name: set(template[name].get("AlarmActions", [])) for name in names}
    if not any(wanted.values()):
        raise NotCheckable("AlarmEmail is not set: the alarms notify nobody")
    wrong = []
    for name, actions in wanted.items():
        alarm = found.get(names[name], {})
        if actions - set(alarm.get("AlarmActions", [])):
            wrong.append(f"{name} has no action")
        elif not alarm.get("ActionsEnabled", True):
            wrong.append(f"the actions of {name} are disabled")
    yield judged(wrong, f"{len(wanted)} alarms notify the topic", "actions")
    for name in deployment.template.resources("AWS::SNS::Topic"):
        pages = deployment.client("sns").get_paginator("list_subscriptions_by_topic")
        arns = [
            subscription["SubscriptionArn"]
            for page in pages.paginate(TopicArn=deployment.template.ids[name])
            for subscription in page["Subscriptions"]
        ]
        pending = sum(not arn.startswith("arn:") for arn in arns)
        unconfirmed = f"{pending} of {len(arns)} subscriptions of {name} are not confirmed: see AWS's email"
        wrong = [unconfirmed] if pending else []
        yield judged(wrong if arns else [f"{name} has no subscription"], f"{len(arns)} confirmed", "subscriptions")


def gateway_logs(deployment: Deployment) -> Results:
    """If ApiLogs turns the gateway's logs on, the account has a role for them and the stage writes to their group."""
    _, wanted = deployment.one("AWS::ApiGateway::Stage")
    if "AccessLogSetting" not in wanted:
        raise NotCheckable("the deployment keeps no gateway logs (ApiLogs=none)")
    if deployment.emulated and not deployment.stage.get("accessLogSettings"):
        raise NotCheckable("the emulator's stage has no logs")
    wrong = []
    role = deployment.client("apigateway").get_account().get("cloudwatchRoleArn")
    if not role:
        wrong.append("API Gateway has no role for writing logs in this account and region")
    group = wanted["AccessLogSetting"]["DestinationArn"]
    found = deployment.stage.get("accessLogSettings", {}).get("destinationArn", "")
    # Lambda's and CloudFormation's ARNs of log groups end in :*, those that API Gateway stores do not.
    if found.removesuffix(":*") != str(group).removesuffix(":*"):
        wrong.append(f"the stage writes to {found or 'nothing'} instead of {group}")
    yield judged(wrong, f"written with {role}")


def source_identity(deployment: Deployment) -> Results:
    """CloudTrail names the caller in each AssumeRole with which the functions accessed another account."""
    reader = deployment.parameters.get("ReaderRoleName")
    accounts = deployment.named_accounts
    if not accounts or not reader:
        raise NotCheckable("the deployment names no other accounts")
    trail = deployment.client("cloudtrail")
    since = datetime.now(timezone.utc) - timedelta(days=TRAIL_DAYS)
    for account in accounts:
        arn = f"arn:{deployment.partition}:iam::{account}:role/{reader}"
        asked = [{"AttributeKey": "ResourceName", "AttributeValue": arn}]
        events = trail.lookup_events(LookupAttributes=asked, StartTime=since, MaxResults=50)["Events"]
        entered = [event for event in (json.loads(e["CloudTrailEvent"]) for e in events) if _is_ours(deployment, event)]
        nameless = [event for event in entered if not (event.get("requestParameters") or {}).get("sourceIdentity")]
        if not entered:
            yield not_checked(f"CloudTrail has no such event in the last {TRAIL_DAYS} days ({TRAIL_DELAY})", account)
        elif nameless:
            yield failed(f"{len(nameless)} of {len(entered)} events lack a source identity", account)
        else:
            yield ok(f"present in the last {counted(len(entered), 'event')}", account)


def concurrency(deployment: Deployment) -> Results:
    """The account may run enough functions at once."""
    limit = deployment.client("lambda").get_account_settings()["AccountLimit"]
    free = limit["UnreservedConcurrentExecutions"]
    text = f"{limit['ConcurrentExecutions']} concurrent executions, of which {free} are not reserved"
    small = "; each call needs two; request more through Service Quotas"
    yield warning(text + small) if free < SMALL_CONCURRENCY else ok(text)


def _alarms(deployment: Deployment) -> tuple[dict[str, str], dict[str, Json]]:
    """Returns the stack's alarms: physical names by logical id, and CloudWatch's alarms by physical name."""
    template = deployment.template
    wanted = {name: template.ids.get(name, name) for name in template.resources("AWS::CloudWatch::Alarm")}
    if not wanted:
        raise NotCheckable("the deployment has no alarms (Alarms=false)")
    pages = deployment.client("cloudwatch").get_paginator("describe_alarms")
    found = pages.paginate(AlarmNames=list(wanted.values()), AlarmTypes=["MetricAlarm"])
    return wanted, {alarm["AlarmName"]: alarm for page in found for alarm in page["MetricAlarms"]}


def _is_ours(deployment: Deployment, event: Json) -> bool:
    """Returns whether a function of the stack assumed the role successfully."""
    caller = event.get("userIdentity", {}).get("arn", "")
    roles = [deployment.template.ids[name] for name in deployment.template.resources("AWS::IAM::Role")]
    ours = any(f":assumed-role/{role}/" in caller for role in roles)
    return event.get("eventName") == "AssumeRole" and ours and not event.get("errorCode")
