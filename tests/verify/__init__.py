"""`make verify`: proves that a deployment works, from outside and inside, and changes nothing.

The deployed stack's own template, its parameters resolved, says what must be there; API Gateway, IAM, Lambda, CloudWatch
and calls of the API say what is. So no route, permission or limit is written down a second time here.

Each check is a function of one concern that yields its results, one line each: ok, FAILED, or not checked with the
reason. What can't be read is never ok. To add a check, write the function in the file of its concern (outside.py for
calls of the API, gateway.py for API Gateway's configuration, access.py, watching.py, money.py) and its line in checks.py.
"""
