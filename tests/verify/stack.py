"""The stack itself."""

from __future__ import annotations

from .deployment import Deployment
from .report import Results, judged

COMPLETE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}

#: Statuses of resources that an update has removed from the stack.
GONE = {"DELETE_COMPLETE", "DELETE_SKIPPED"}


def stack_status(deployment: Deployment) -> Results:
    """The last operation on the stack is complete, and so is each of its resources."""
    status = deployment.description["StackStatus"]
    wrong = [] if status in COMPLETE else [f"{status}: {deployment.description.get('StackStatusReason', 'no reason given')}"]
    for resource in deployment.stack_resources:
        if resource["ResourceStatus"] not in COMPLETE | GONE:
            wrong.append(f"{resource['LogicalResourceId']} is {resource['ResourceStatus']}")
    yield judged(wrong, f"{status}, {len(deployment.stack_resources)} resources")


def stack_outputs(deployment: Deployment) -> Results:
    """Every output that the template declares exists and is not empty."""
    wanted = deployment.template.outputs()
    missing = sorted(name for name in wanted if not deployment.outputs.get(name))
    yield judged([f"{name} is missing" for name in missing], f"all {len(wanted)}")
