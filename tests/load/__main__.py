"""`make load`: how many callers at once get a whole response, how long they wait, and what AWS is asked for.

Every caller asks the deployed API for the whole inventory of the demo account at the same moment, in processes of the
functions of their own, as on Lambda. They share the emulator, which stands for AWS's patience, and this machine.
"""

from __future__ import annotations

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulator import beside, demo_account, demo_metrics, ministack, stack
from emulator.stack import Stack

CALLERS = (1, 10, 30, 100)
#: The first six types by name, so that a new one does not change that load; and all types.
ASKED = ("?types=ec2,rds,s3,lambda,ebs,eip&", "?")


def main() -> None:
    port = ministack.free_port()
    stack.build(ministack.aws_environment(f"http://127.0.0.1:{port}"))
    with ministack.running(port) as emulator, beside.running(emulator) as stand_ins:
        demo_account.fill(emulator, demo_account.HOME)
        demo_metrics.fill(emulator, demo_account.HOME)
        demo_account.fill(emulator, demo_account.OTHER)
        deployed = stack.deploy(emulator, stand_ins)
        _get(deployed, ASKED[0], 0)
        for query in ASKED:
            print(f"`/resources{query[:-1]}`, all regions of the demo account\n")
            print("| callers at once | whole | partial | 502 | p50 | p99 | AWS requests for each |")
            print("| --- | --- | --- | --- | --- | --- | --- |")
            for callers in CALLERS:
                print(_row(deployed, query, callers), flush=True)
            print()


def _row(deployed: Stack, query: str, callers: int) -> str:
    with ThreadPoolExecutor(callers) as pool:
        asked = list(pool.map(lambda caller: _get(deployed, query, caller), range(callers)))
    seconds = sorted(took for took, _ in asked)
    answered = [response for _, response in asked if response["success"]]
    whole = sum(not response["meta"]["partial"] for response in answered)
    requests = [response["meta"]["aws_requests"]["total"] for response in answered]
    mean = f"{statistics.mean(requests):.0f}" if requests else "–"
    p50, p99 = (seconds[min(int(callers * share), callers - 1)] for share in (0.5, 0.99))
    partial, failed = len(answered) - whole, callers - len(answered)
    return f"| {callers} | {whole} | {partial} | {failed} | {p50:.1f} s | {p99:.1f} s | {mean} |"


def _get(deployed: Stack, query: str, caller: int) -> tuple[float, dict[str, Any]]:
    """Makes a call that no cache can answer; returns the seconds and the response."""
    started = time.monotonic()
    _, _, text = deployed.get(f"/resources{query}limit={1_000 + caller}")
    response = json.loads(text)
    # The gateway's own refusals have nothing but a message.
    return time.monotonic() - started, response if "success" in response else {"success": False} | response


if __name__ == "__main__":
    main()
