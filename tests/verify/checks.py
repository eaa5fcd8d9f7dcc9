"""The list of checks, and how one is run: whatever goes wrong in it becomes a line of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from . import access, cache, gateway, limits, money, outside, stack, watching
from .deployment import Deployment, NotCheckable
from .errors import refused
from .report import Result, Results, failed, not_checked

Check = Callable[[Deployment], Results]

#: In the order of the report. A new check is a function in the file of its concern, and a line here.
CHECKS: list[Check] = [
    stack.stack_status,
    stack.stack_outputs,
    # Calls of the API, as users make them.
    outside.without_a_key,
    outside.without_a_token,
    outside.with_a_wrong_token,
    outside.health,
    outside.routes,
    outside.other_accounts,
    outside.hourly_costs,
    cache.answers_are_cached,
    cache.refresh_passes_the_cache,
    cache.forbidden_stays_forbidden,
    # API Gateway as it is configured.
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
    # Who may what.
    access.tokens_secret,
    access.role_policies,
    access.effective_permissions,
    access.invocations,
    # What watches over it, and what it may use.
    watching.alarms,
    watching.alarm_actions,
    watching.gateway_logs,
    watching.source_identity,
    watching.concurrency,
    money.fixed_monthly_cost,
]


def name(check: Check) -> str:
    """`stack_status` is `stack status` in the report."""
    return check.__name__.replace("_", " ")


def run(deployment: Deployment, check: Check) -> Iterator[Result]:
    """The results of a check, under its name."""
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
        # An answer of AWS that is not as documented: never ok, and no reason to leave out the other checks.
        yield replace(failed(f"unexpected response, which the check can't read: {error!r}"), check=name(check))
