"""The table of Lambda's runtimes in the rule lambda_runtime_ended, compared with what cfn-lint knows."""

from __future__ import annotations

import re
from datetime import date

import runtimes
from emulator.ministack import ROOT

RULE = ROOT / "functions" / "bottlenecks" / "src" / "rules" / "lambda_runtime_ended.rs"


def test_the_table_has_aws_dates() -> None:
    rows = re.findall(r'\("([^"]+)", date\((\d+), (\d+), (\d+)\)\)', RULE.read_text())
    assert {name: date(int(year), int(month), int(day)) for name, year, month, day in rows} == runtimes.deprecated()
    assert len(rows) == len({name for name, *_ in rows}) > 40
