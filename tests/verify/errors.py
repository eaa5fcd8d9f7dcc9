"""What a call that AWS refused means to a check: these credentials, an emulator that lacks it, or something is missing."""

from __future__ import annotations

from botocore.exceptions import ClientError

from .deployment import Deployment
from .report import Result, failed, not_checked

#: How AWS says that these credentials may not read something.
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "UnauthorizedException"}

#: How it says that something will be readable later.
LATER = {"Throttling", "ThrottlingException", "TooManyRequestsException", "ServiceUnavailable", "RequestLimitExceeded"}

#: How emulators say that they lack a call.
LACKING = {"InvalidAction", "UnknownOperationException", "NotImplemented"}


def refused(error: ClientError, deployment: Deployment, subject: str = "") -> Result:
    """FAILED only where AWS says that something isn't as it should be."""
    code, operation = error.response["Error"]["Code"], error.operation_name
    message = error.response["Error"].get("Message", "")
    if code in DENIED:
        return not_checked(f"these credentials may not call {operation} ({code})", subject)
    if code in LATER:
        return not_checked(f"AWS can't serve {operation} at the moment ({code})", subject)
    if deployment.emulated and code in LACKING:
        return not_checked(f"the emulator has no {operation}", subject)
    return failed(f"{operation}: {code}: {message}", subject)
