"""AWS on your own machine: the emulator, the demo account in it, and the deployment of template.yaml into it.

`python -m emulator` (what `make run` calls) does all three and stays up; the end-to-end tests use the same parts.
"""
