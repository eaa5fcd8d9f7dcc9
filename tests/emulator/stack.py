"""Builds the functions and deploys template.yaml to the emulator, with the same `sam` commands as for AWS."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from . import definition
from .beside import Beside
from .ministack import ACCOUNT, OTHER_ACCOUNT, ROOT, STACK, WORK, Emulator, EmulatorError

READER_STACK = "stratoscope-reader"
EXTERNAL_ID = "of-the-demo-account"

#: The emulator runs the functions' binaries itself, so they are built for this machine's processor.
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())

#: Where sam builds, and what is deployed of it.
BUILT, PACKED = WORK / "build", WORK / "packed"

ANSWER_SECONDS = 60

#: Calls a month of a key, as in the environments of samconfig.toml.
QUOTA = 100_000


@dataclass(frozen=True)
class Stack:
    """The deployed API, as `target/stack.json` describes it."""

    url: str
    api_key: str
    token: str
    aws_endpoint: str
    rest_api_id: str
    authorizer_id: str
    account: str
    other_account: str

    @property
    def page(self) -> str:
        """The page's address. It has the API's id in the host name, as on AWS: browsers map *.localhost to loopback."""
        return f"http://{self.rest_api_id}.execute-api.localhost:{urlsplit(self.aws_endpoint).port}/{self.url.rsplit('/', 1)[-1]}/"

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def headers(self, token: str | None = None) -> dict[str, str]:
        """Returns the headers that a call needs: the API key, and the deployment's own token or another one."""
        return {"x-api-key": self.api_key, "Authorization": f"Bearer {token or self.token}"}

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """GETs a path of the API and returns status, headers (by lower-case name) and body, whatever the status."""
        headers = self.headers() if headers is None else headers
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with opener.open(request, timeout=ANSWER_SECONDS) as response:
                return response.status, {k.lower(): v for k, v in response.headers.items()}, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def build(emulator_environment: dict[str, str]) -> None:
    """Runs `sam build` with the profile that the tests use, and without cross-compiling.

    cargo uses the same target folder as `cargo test`, so no dependency is compiled twice.
    """
    if sys.platform != "linux" or ARCHITECTURE not in ("x86_64", "arm64"):
        raise EmulatorError(f"the emulator runs Linux binaries on x86_64 or arm64, not on {sys.platform} {ARCHITECTURE}")
    # `make any-day` moves the clock with a preloaded library under which cargo and rustc hang.
    emulator_environment = {k: v for k, v in emulator_environment.items() if k != "LD_PRELOAD"}
    # Run directly, cargo shows what it compiles, which sam hides; sam then finds everything built.
    command = ["cargo", "build", "--bins", "--locked"]
    if subprocess.run(command, cwd=ROOT, env=emulator_environment, stdin=subprocess.DEVNULL).returncode != 0:
        raise EmulatorError("cargo build failed")
    environment = emulator_environment | {"SAM_BUILD_MODE": "debug", "CARGO_LAMBDA_COMPILER": "cargo"}
    _sam(["build", "--parameter-overrides", f"Architecture={ARCHITECTURE}"], environment)
    _pack()


def _pack() -> None:
    """Packs each function once for all deployments: without what only a debugger reads, and uncompressed.

    sam would compress half a gigabyte for each deployment, and the emulator would decompress it when a function starts.
    """
    shutil.rmtree(PACKED, ignore_errors=True)
    PACKED.mkdir()
    template = (BUILT / "template.yaml").read_text()
    for bootstrap in BUILT.glob("*/bootstrap"):
        function, stripped = bootstrap.parent.name, PACKED / "bootstrap"
        subprocess.run(["strip", "-o", stripped, bootstrap], check=True)
        with zipfile.ZipFile(PACKED / f"{function}.zip", "w") as packed:
            packed.write(stripped, stripped.name)
        stripped.unlink()
        template = template.replace(f"CodeUri: {function}\n", f"CodeUri: {function}.zip\n")
    (PACKED / "template.yaml").write_text(template)


def deploy(emulator: Emulator, beside: Beside, **parameters: str) -> Stack:
    """Runs `sam deploy`, deploys the reader role to the other account, and returns what a caller needs to know."""
    others = {"OtherAccounts": OTHER_ACCOUNT, "ReaderExternalId": EXTERNAL_ID}
    overrides = {"Architecture": ARCHITECTURE, "QuotaLimit": str(QUOTA)} | others | parameters
    overrides = [f"{name}={value}" for name, value in overrides.items()]
    # With a template from the command line, sam would look for its configuration beside that.
    packed = ["--template-file", str(PACKED / "template.yaml"), "--config-file", str(ROOT / "samconfig.toml")]
    _sam(["deploy", *packed, "--parameter-overrides", *overrides], emulator.environment())
    definition.complete(emulator, STACK)

    _deploy_reader(emulator)

    described = outputs(emulator)
    # The emulator lacks these services, and the template has no parameter for an endpoint that AWS does not need.
    configure(
        emulator, "CostsFunction",
        AWS_ENDPOINT_URL_COST_EXPLORER=beside.bill.url, AWS_ENDPOINT_URL_BUDGETS=beside.budgets.url,
    )  # fmt: skip
    for function in ("ResourcesFunction", "MetricsFunction", "BottlenecksFunction"):
        configure(emulator, function, AWS_ENDPOINT_URL_SERVICE_QUOTAS=beside.limits.url)
    configure(emulator, "ResourcesFunction", AWS_ENDPOINT_URL_RESOURCE_EXPLORER_2=beside.explorer.url)
    for function in ("ResourcesFunction", "BottlenecksFunction"):
        configure(emulator, function, AWS_ENDPOINT_URL_PRICING=beside.prices.url)
    configure(emulator, "BottlenecksFunction", AWS_ENDPOINT_URL_COST_OPTIMIZATION_HUB=beside.hub.url)
    key = emulator.client("apigateway").get_api_key(apiKey=described["ApiKeyId"], includeValue=True)
    api = described["RestApiId"]
    (authorizer,) = emulator.client("apigateway").get_authorizers(restApiId=api)["items"]
    secret = emulator.client("secretsmanager").get_secret_value(SecretId=described["TokensSecret"])
    return Stack(
        # AWS's own URLs have the API's id in the host name, which browsers map to loopback, but not every resolver.
        url=f"{emulator.endpoint}/_aws/execute-api/{api}/{described['StageName']}",
        api_key=key["value"],
        token=json.loads(secret["SecretString"])["token"],
        aws_endpoint=emulator.endpoint,
        rest_api_id=api,
        authorizer_id=authorizer["id"],
        account=ACCOUNT,
        other_account=OTHER_ACCOUNT,
    )


def _deploy_reader(emulator: Emulator) -> None:
    """Deploys docs/reader-role.yaml to the other account."""
    stacks = emulator.client("cloudformation", account=OTHER_ACCOUNT)
    parameters = {"HomeAccount": ACCOUNT, "HomeStack": STACK, "ExternalId": EXTERNAL_ID}
    stacks.create_stack(
        StackName=READER_STACK,
        TemplateBody=(ROOT / "docs" / "reader-role.yaml").read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName=READER_STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def outputs(emulator: Emulator) -> dict[str, str]:
    """Returns the outputs of the deployed stack."""
    described = emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def configure(emulator: Emulator, output: str, **changes: str | None) -> None:
    """Sets environment variables of a function of the stack, and removes those that are None; the function restarts."""
    changed = variables(emulator, output) | changes
    changed = {name: value for name, value in changed.items() if value is not None}
    name = outputs(emulator)[output]
    emulator.client("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": changed})


def variables(emulator: Emulator, output: str) -> dict[str, str]:
    """Returns the environment variables of a function of the stack."""
    name = outputs(emulator)[output]
    return emulator.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]


def _sam(arguments: list[str], environment: dict[str, str]) -> None:
    """Runs sam; its output matters only if it fails."""
    command = [str(Path(sys.executable).parent / "sam"), arguments[0], "--config-env", "emulator", *arguments[1:]]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )  # fmt: skip
    if done.returncode != 0:
        raise EmulatorError(f"sam {arguments[0]} failed\n{done.stdout}{done.stderr}".rstrip())
