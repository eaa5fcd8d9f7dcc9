"""The page and the description of the API, which anyone may fetch who reaches the API."""

from __future__ import annotations

import gzip
import json
import re
import urllib.error
import urllib.request

import pytest
from emulator.stack import Stack

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

#: The most that a browser transfers for the whole page, compressed, in bytes.
LARGEST = 90_000

Response = tuple[int, dict[str, str], bytes]


def _get(deployed: Stack, path: str, **headers: str) -> Response:
    """GETs a path with no key and no token."""
    return deployed.get(path, headers)


def _assets(deployed: Stack) -> list[str]:
    """The paths of the page's assets, below the URL of the API."""
    page = _get(deployed, "/")[2].decode()
    return re.findall(r'"/v1(/assets/[^"]+)"', page)


@pytest.mark.parametrize("path", ["/", ""])
def test_the_page_needs_neither_key_nor_token_and_works_with_and_without_its_slash(deployed: Stack, path: str) -> None:
    status, headers, body = _get(deployed, path)
    assert (status, headers["content-type"], headers["cache-control"]) == (200, "text/html; charset=utf-8", "no-cache")
    assert b"%BASE%" not in body
    assert re.findall(rb'src="(/v1/assets/[^"]+\.js)"', body)


def test_each_response_of_the_page_is_protected(deployed: Stack) -> None:
    for path in ["/", "/openapi.json", *_assets(deployed)]:
        _, headers, _ = _get(deployed, path)
        assert headers["content-security-policy"] == POLICY, path
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer"), path


def test_an_asset_has_its_type_and_is_kept_for_ever(deployed: Stack) -> None:
    types = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
    paths = _assets(deployed)
    assert {path.rsplit(".", 1)[-1] for path in paths} == set(types)
    for path in paths:
        status, headers, body = _get(deployed, path)
        assert (status, headers["content-type"]) == (200, types[path.rsplit(".", 1)[-1]])
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert body


def test_the_page_is_small(deployed: Stack) -> None:
    """The emulator does not compress; the gateway does, with gzip."""
    files = [_get(deployed, path)[2] for path in ["/", *_assets(deployed)]]
    assert sum(len(gzip.compress(file)) for file in files) <= LARGEST


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/index.html", "/assets/%00"])
def test_an_asset_that_is_not_there_is_a_404_in_the_envelope(deployed: Stack, path: str) -> None:
    status, headers, body = _get(deployed, path)
    answer = json.loads(body)
    assert (status, answer["success"], answer["error"]["code"]) == (404, False, "NotFound")
    assert answer["request_id"]
    assert (headers["content-type"], headers["cache-control"]) == ("application/json", "no-store")


@pytest.mark.parametrize("path", ["/index.html", "/assets", "/assets/a/b.js", "/favicon.ico", "/openapi.yaml"])
def test_no_other_path_is_public(deployed: Stack, path: str) -> None:
    status, _, body = _get(deployed, path)
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


def test_the_description_may_be_read_from_any_origin_and_says_where_the_api_is(deployed: Stack) -> None:
    status, headers, body = _get(deployed, "/openapi.json")
    described = json.loads(body)
    assert (status, headers["content-type"], headers["access-control-allow-origin"]) == (200, "application/json", "*")
    assert described["openapi"].startswith("3.1.")
    assert described["servers"] == [{"url": "/v1"}]


@pytest.mark.parametrize("path", ["/", "/openapi.json"])
def test_who_has_it_already_gets_a_304(deployed: Stack, path: str) -> None:
    _, headers, _ = _get(deployed, path)
    status, again, body = _get(deployed, path, **{"If-None-Match": headers["etag"]})
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    status, _, body = _get(deployed, path, **{"If-None-Match": 'W/"another"'})
    assert (status, bool(body)) == (200, True)


def test_a_key_and_a_token_make_no_difference(deployed: Stack) -> None:
    assert deployed.get("/")[2] == _get(deployed, "/")[2]


def test_the_page_is_read_only(deployed: Stack) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for method in ("POST", "PUT", "DELETE"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(urllib.request.Request(deployed.url + "/", b"x", method=method), timeout=60)
        with refused.value:
            assert refused.value.code == 403
