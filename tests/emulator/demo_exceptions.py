"""The exceptions of the demo account: by tag, by a tag that has ended, by one that is invalid, and by the operator's list.

None of them is about us-east-1, whose volumes the tests of exceptions tag themselves.
"""

from __future__ import annotations

import json
from datetime import timedelta

from . import clock
from .ministack import STACK, Emulator

#: Volumes that are not attached and whose tags are an exception: region, Name, type, GiB.
VOLUMES = [
    ("eu-west-1", "audit-copy", "gp3", 120),
    ("eu-central-1", "lake-restore", "gp3", 80),
    ("ap-southeast-2", "trial-copy", "gp3", 10),
]

#: What their tags say: the reason, and in how many days the exception ends, or `None` where they lack an end.
TAGS: dict[str, tuple[str, int | None]] = {
    "audit-copy": ("Kept for the auditors, see CHG-2041", 300),
    "lake-restore": ("Restored for a comparison, then to be deleted", -10),
    "trial-copy": ("Belongs to the trial", None),
}

#: The volume whose finding its tags suppress, and the one whose exception has ended.
SUPPRESSED, ENDED, INVALID = "audit-copy", "lake-restore", "trial-copy"

#: Log groups without a retention that the operator's list is about, in the format of the table of log groups.
LOG_GROUPS = [("eu-central-1", "/acme/records/lake", None, True)]

#: The list in Parameter Store: its parameter, and its one entry without the end.
PARAMETER = f"/{STACK}/exceptions/records"
ENTRY = {"resource": "/acme/records/*", "rule": "log_group_no_retention", "reason": "Records are kept for ten years"}


def tags_of(volume: str) -> dict[str, str]:
    """Returns the tags by which a volume is an exception; none if it is not."""
    if volume not in TAGS:
        return {}
    reason, days = TAGS[volume]
    tags = {"stratoscope:ignore": "ebs_unattached", "stratoscope:ignore-reason": reason}
    return tags if days is None else tags | {"stratoscope:ignore-until": until(days)}


def until(days: int) -> str:
    """Returns the last day of an exception."""
    return (clock.today() + timedelta(days=days)).isoformat()


def store(emulator: Emulator) -> None:
    """Stores the list of the operator in the home account."""
    value = json.dumps({"exceptions": [ENTRY | {"until": until(200)}]})
    emulator.client("ssm").put_parameter(Name=PARAMETER, Value=value, Type="String")
