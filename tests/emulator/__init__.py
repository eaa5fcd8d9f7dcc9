"""AWS on the local machine: the emulator, the demo account in it, and the deployment of template.yaml to it.

`python -m emulator` (called by `make run`) starts all three and keeps running; the end-to-end tests use the same parts.
"""
