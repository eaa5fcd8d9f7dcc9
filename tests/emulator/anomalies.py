"""A simulated Cost Anomaly Detection: a monitor of the demo account's services, and what it found on its bill.

The warehouse that nobody connects to was not expected. The other account has no monitor, so it has no anomalies either.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .bill import NAMES, REDSHIFT, STORY, lines
from .ministack import ACCOUNT

MONITOR = f"arn:aws:ce::{ACCOUNT}:anomalymonitor/5f7a1e52-5a0c-4d38-9f0e-0c5c1d8d7a11"
MONITORS = [{"MonitorArn": MONITOR, "MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}]

#: How many days ago what the monitor found ended; it detects nothing of the days that are still estimated.
ENDED_DAYS_AGO = 3
KEPT_DAYS = 90


def detected(today: date) -> list[dict[str, Any]]:
    """Returns what the monitor has found until this day."""
    (node,) = [used for used in STORY if used.service == REDSHIFT]
    start, end = today - timedelta(days=node.days_ago), today - timedelta(days=ENDED_DAYS_AGO)
    spent = [line.unblended for line in lines(today) if line.keys["SERVICE"] == REDSHIFT and start <= line.day <= end]
    total = float(sum(spent))
    cause = {
        "Service": REDSHIFT, "Region": node.region, "LinkedAccount": ACCOUNT, "LinkedAccountName": NAMES[ACCOUNT],
        "UsageType": node.usage_type, "Impact": {"Contribution": total},
    }  # fmt: skip
    return [
        {
            "AnomalyId": "3c5b1f0a-6a87-4d0b-8f4e-2c5b9e7a4d10",
            "AnomalyStartDate": f"{start}T00:00:00Z",
            "AnomalyEndDate": f"{end}T00:00:00Z",
            "DimensionValue": REDSHIFT,
            "RootCauses": [cause],
            "AnomalyScore": {"MaxScore": 0.9, "CurrentScore": 0.4},
            "Impact": {
                "MaxImpact": float(max(spent)), "TotalImpact": total, "TotalActualSpend": total, "TotalExpectedSpend": 0.0,
            },
            "MonitorArn": MONITOR,
        }
    ]  # fmt: skip


def answer(operation: str, account: str, today: date, asked: dict[str, Any]) -> dict[str, Any]:
    """Answers both operations."""
    if operation == "GetAnomalyMonitors":
        return {"AnomalyMonitors": MONITORS if account == ACCOUNT else []}
    interval = asked["DateInterval"]
    start, end = (date.fromisoformat(interval[name][:10]) for name in ("StartDate", "EndDate"))
    if start > end or start < today - timedelta(days=KEPT_DAYS):
        raise ValueError("The date interval must be within the last 90 days")
    found = detected(today) if account == ACCOUNT else []
    return {"Anomalies": [one for one in found if start <= date.fromisoformat(one["AnomalyEndDate"][:10]) <= end]}
