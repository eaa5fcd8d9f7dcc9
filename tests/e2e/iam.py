"""Changes a deployed function's permissions and settings for the duration of a test."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from emulator import stack
from emulator.ministack import ACCOUNT, Emulator


#: The actions with which a function accesses other accounts.
ENTER = {"sts:AssumeRole", "sts:SetSourceIdentity"}

#: The action that lists accounts, and with it all that functions need in the home account alone.
LIST_ACCOUNTS = {"organizations:ListAccounts"}
AT_HOME = LIST_ACCOUNTS | {"ssm:GetParametersByPath", "pricing:GetProducts"}


def role_of(emulator: Emulator, logical_id: str) -> str:
    """Returns the name of the execution role of a function of the stack."""
    resource = emulator.client("cloudformation").describe_stack_resource(
        StackName="stratoscope", LogicalResourceId=logical_id
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    return emulator.client("lambda").get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]


def allowed_actions(emulator: Emulator, role: str, account: str = ACCOUNT) -> set[str]:
    """Returns every action that the role's own policies allow."""
    iam = emulator.client("iam", account=account)
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    return {action for document in documents for statement in document["Statement"] for action in statement["Action"]}


@contextlib.contextmanager
def without(emulator: Emulator, role: str, action: str) -> Iterator[None]:
    """Removes `action` from the role, and restores it afterwards."""
    iam = emulator.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    assert action in allowed_actions(emulator, role)
    try:
        for name, document in before.items():
            statements = [s | {"Action": [a for a in s["Action"] if a != action]} for s in document["Statement"]]
            # A statement without any action would be none that AWS accepts.
            changed = json.dumps(document | {"Statement": [s for s in statements if s["Action"]]})
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=changed)
        yield
    finally:
        for name, document in before.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


@contextlib.contextmanager
def started_anew(emulator: Emulator, output: str, **variables: str) -> Iterator[None]:
    """Restarts a function with these variables, and afterwards once more without them."""
    before = stack.variables(emulator, output)
    stack.configure(emulator, output, **variables)
    try:
        yield
    finally:
        stack.configure(emulator, output, **{name: before.get(name) for name in variables})
