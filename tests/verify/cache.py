"""The stage cache, observed through responses: each contains the time at which a function generated it."""

from __future__ import annotations

import os
import secrets

from .deployment import LIST, SECOND_TOKEN, Answer, Deployment, NotCheckable
from .outside import cheapest, resources_route
from .report import Results, failed, judged, not_checked, ok

#: The cache is best effort: it may take a moment until a response is cached.
TRIES = 4


def answers_are_cached(deployment: Deployment) -> Results:
    """A second call returns the same generated_at as the first."""
    _require_cache(deployment)
    if _kept(deployment, cheapest(deployment)):
        yield ok("the second call returned the generated_at of the first")
    elif deployment.emulated:
        yield not_checked("the emulator stores cache settings but caches nothing")
    else:
        yield failed(f"{TRIES} calls returned {TRIES} different generated_at: nothing is cached")


def refresh_passes_the_cache(deployment: Deployment) -> Results:
    """Cache-Control: max-age=0 with the scope cache:refresh returns a newer response, without a Warning."""
    _require_cache(deployment)
    path = cheapest(deployment)
    kept = _kept(deployment, path)
    if not kept:
        raise NotCheckable(_nothing_kept(deployment))
    fresh = deployment.get(path, headers=deployment.headers() | {"Cache-Control": "max-age=0"})
    wrong = []
    if "warning" in fresh.headers:
        wrong.append(f"Warning: {fresh.headers['warning']} (does the token have the scope cache:refresh?)")
    if _generated(fresh) <= kept:
        wrong.append("max-age=0 returned the cached response")
    yield judged(wrong, "max-age=0 returned a newer response without a Warning")


def forbidden_stays_forbidden(deployment: Deployment) -> Results:
    """An account that a token does not allow stays a 403 after another token's response for it was cached."""
    token = os.environ.get(SECOND_TOKEN)
    if not token:
        raise NotCheckable(f"needs a token that may not query every account, as {SECOND_TOKEN} in the environment")
    _require_cache(deployment)
    # A request that nobody has made before.
    asked = f"types=s3&tags=verify:{secrets.token_hex(8)}"
    for account in [deployment.account, *deployment.other_accounts]:
        path = f"/accounts/{account}/resources?{asked}"
        before = deployment.get(path, headers=deployment.headers(token))
        if before.status == 200:
            continue
        if before.status != 403 or "explicit deny" in before.message:
            raise NotCheckable(f"the deployment does not accept the second token: {before.status} {before.message!r}")
        if not _kept(deployment, path):
            raise NotCheckable(_nothing_kept(deployment))
        after = deployment.get(path, headers=deployment.headers(token))
        wrong = [] if after.status == 403 else [f"{after.status} for account {account} once its response was cached"]
        yield judged(wrong, f"403 for account {account}, before and after its response was cached")
        return
    yield not_checked("the second token may query every account of the deployment")


def accounts_are_never_cached(deployment: Deployment) -> Results:
    """Two calls of /accounts return different generated_at: its response belongs to one principal."""
    if not any(route.path == LIST for route in deployment.routes):
        raise NotCheckable(f"the template has no route {LIST}")
    first, second = (_generated(deployment.get(LIST)) for _ in range(2))
    wrong = ["the second call returned the response of the first"] if first == second else []
    yield judged(wrong, "two calls returned two responses")


def _require_cache(deployment: Deployment) -> None:
    """Raises NotCheckable if nothing can be cached; if the stage lacks the template's cache, another check fails."""
    resources_route(deployment)
    _, wanted = deployment.one("AWS::ApiGateway::Stage")
    if str(wanted.get("CacheClusterEnabled", False)).lower() != "true":
        raise NotCheckable("the deployment has no cache (CacheSize=off)")
    status = deployment.stage.get("cacheClusterStatus", "AVAILABLE")
    if status != "AVAILABLE":
        raise NotCheckable(f"the stage's cache is {status}; creating one takes a few minutes")


def _kept(deployment: Deployment, path: str) -> str | None:
    """Returns when the cached response for a path was generated, or None if there is none. Checks each path once."""
    if path not in deployment.kept:
        deployment.kept[path] = _second_of_two(deployment, path)
    return deployment.kept[path]


def _second_of_two(deployment: Deployment, path: str) -> str | None:
    """Returns the generated_at that two consecutive calls share."""
    seen = _generated(deployment.get(path))
    for _ in range(TRIES - 1):
        again = _generated(deployment.get(path))
        if again == seen:
            return seen
        seen = again
    return None


def _nothing_kept(deployment: Deployment) -> str:
    return "the emulator caches nothing" if deployment.emulated else "nothing is cached; see `answers are cached`"


def _generated(answer: Answer) -> str:
    """Returns generated_at, which sorts by time as a string: RFC 3339 in UTC with milliseconds."""
    if answer.status != 200:
        raise NotCheckable(f"no response to check: {answer.status} {answer.message!r}")
    return answer.json["meta"]["generated_at"]
