"""Interprets a call that AWS rejected: a lack of permissions, an emulator without that call, or a real failure."""

from __future__ import annotations

from botocore.exceptions import ClientError

from .deployment import Deployment
from .report import Result, failed, not_checked

#: Error codes for credentials that may not read something.
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "UnauthorizedException"}

#: Error codes for something that will be readable later.
LATER = {"Throttling", "ThrottlingException", "TooManyRequestsException", "ServiceUnavailable", "RequestLimitExceeded"}

#: Error codes of emulators that lack a call.
LACKING = {"InvalidAction", "UnknownOperationException", "NotImplemented"}


def refused(error: ClientError, deployment: Deployment, subject: str = "") -> Result:
    """Returns FAILED only if AWS reports that something is wrong, otherwise not checked."""
    code, operation = error.response["Error"]["Code"], error.operation_name
    message = error.response["Error"].get("Message", "")
    if code in DENIED:
        return not_checked(f"these credentials may not call {operation} ({code})", subject)
    if code in LATER:
        return not_checked(f"AWS can't serve {operation} at the moment ({code})", subject)
    if deployment.emulated and code in LACKING:
        return not_checked(f"the emulator has no {operation}", subject)
    return failed(f"{operation}: {code}: {message}", subject)
