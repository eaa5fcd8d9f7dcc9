"""`make verify`: proves that a deployment works, from outside and inside, and changes nothing.

The expected state comes from the deployed stack's own template with its parameters resolved. The actual state comes
from API Gateway, IAM, Lambda, CloudWatch and calls to the API. So no route, permission or limit is repeated here.

Each check is a function that yields its results, one line each: ok, FAILED, or not checked with the reason. What can't
be read is never ok. To add a check, write the function in the module for its concern (outside.py for calls to the API,
gateway.py for API Gateway's configuration, access.py, watching.py, money.py) and list it in checks.py.
"""
