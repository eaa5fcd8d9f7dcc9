"""What AWS itself recommends, on the page: beside a finding of a rule, and as a finding of its own."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from . import described
from .described import Json
from .visit import Visit

AWS = "cost-optimization-hub"


def _found_by(visit: Visit, source: str) -> Json:
    """Returns the first finding of a source for whose resource AWS recommends something."""
    findings = described.answer(visit.deployed, "/bottlenecks?regions=us-east-1")["data"]["findings"]
    return next(one for one in findings if one["source"] == source and "aws_recommendation" in one)


@pytest.mark.parametrize("source", ["stratoscope", AWS])
def test_what_aws_says_is_in_the_details(visit: Visit, source: str) -> None:
    finding = _found_by(visit, source)
    resource, said = finding["resource"], finding["aws_recommendation"]
    opened = quote(f"{finding['rule']}/{resource['resource_type']}/{resource['region']}/{resource['id']}", safe="")
    visit.sign_in(f"#/findings?regions=us-east-1&_open={opened}")
    visit.settle()
    details = visit.main.locator(".finding-details")
    view = details.get_by_role("region", name="What AWS recommends")
    expect(view).to_contain_text(f"${said['monthly_usd']} / month")
    expect(view).to_contain_text(said["current"])
    expect(view).to_contain_text(f"over {said['lookback_days']} days")
    expect(view).to_contain_text("counted in the figure")
    # AWS's own figure is from no price list, and AWS does not say what it measured.
    evidence = details.get_by_role("region", name="What it saves")
    expect(evidence.get_by_text("AWS’s own estimate")).to_have_count(1 if source == AWS else 0)
    expect(evidence.get_by_role("table")).to_have_count(0 if source == AWS else 1)
    expect(details.get_by_text("Not observed")).to_have_count(0 if source == AWS else 1)
