"""The list of checks, and their runner, which turns any error in a check into a line of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from . import access, cache, gateway, limits, money, outside, stack, watching
from .deployment import Deployment, NotCheckable
from .errors import refused
from .report import Result, Results, failed, not_checked

Check = Callable[[Deployment], Results]

#: In the order of the report. A new check is a function in the module for its concern, and a line here.
CHECKS: list[Check] = [
    stack.stack_status,
    stack.stack_outputs,
    # Calls to the API, as users make them.
    outside.without_a_key,
    outside.without_a_token,
    outside.with_a_wrong_token,
    outside.health,
    outside.public_routes,
    outside.closed_routes,
    outside.routes,
    outside.other_accounts,
    outside.hourly_costs,
    cache.answers_are_cached,
    cache.refresh_passes_the_cache,
    cache.forbidden_stays_forbidden,
    cache.accounts_are_never_cached,
    # The configuration of API Gateway.
    gateway.stage_deployment,
    gateway.stage_settings,
    gateway.methods,
    gateway.authorizer_settings,
    gateway.resource_policy,
    gateway.web_acl,
    limits.usage_plan,
    limits.usage,
    limits.api_key,
    access.authorizer,
    # Access.
    access.tokens_secret,
    access.role_policies,
    access.effective_permissions,
    access.invocations,
    # Monitoring and limits.
    watching.alarms,
    watching.alarm_actions,
    watching.gateway_logs,
    watching.source_identity,
    watching.concurrency,
    money.fixed_monthly_cost,
]


def name(check: Check) -> str:
    """Returns a check's name in the report: `stack status` for `stack_status`."""
    return check.__name__.replace("_", " ")


def run(deployment: Deployment, check: Check) -> Iterator[Result]:
    """Yields the results of a check, under its name."""
    try:
        for result in check(deployment):
            yield replace(result, check=name(check))
    except NotCheckable as reason:
        yield replace(not_checked(str(reason)), check=name(check))
    except ClientError as error:
        yield replace(refused(error, deployment), check=name(check))
    except (BotoCoreError, OSError) as error:
        yield replace(failed(f"no response: {error}"), check=name(check))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        # A response from AWS that differs from its documentation is never ok, but the other checks still run.
        yield replace(failed(f"unexpected response, which the check can't read: {error!r}"), check=name(check))
