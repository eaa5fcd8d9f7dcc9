"""The programs of docs/clients.md."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from emulator import ministack
from emulator.ministack import ROOT
from emulator.stack import Stack

TEXT = (ROOT / "docs" / "clients.md").read_text()

#: A fenced block, and the comment before it that names it.
_BLOCK = re.compile(r"(?:<!-- run: (?P<name>[^\n]+) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)

#: The text of each block by its name. One without a name has the key None.
BLOCKS: dict[str | None, str] = {block["name"]: block["text"] for block in _BLOCK.finditer(TEXT)}

SECONDS = 60


def environment(stack: Stack, **more: str) -> dict[str, str]:
    """Returns the environment of a program: the three variables of the document, and no proxy."""
    of_tools = ministack.aws_environment(stack.aws_endpoint)
    kept = {name: of_tools[name] for name in ("PATH", "HOME", "LANG") if name in of_tools}
    return kept | {"URL": stack.url, "KEY": stack.api_key, "TOKEN": stack.token} | more


def run(
    command: list[str | Path], folder: Path, variables: dict[str, str], status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder; it must end with this status."""
    done = subprocess.run(
        command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def save(folder: Path, name: str, block: str) -> Path:
    """Writes a block into a file."""
    file = folder / name
    file.write_text(BLOCKS[block])
    return file


def variables_in(text: str, variables: dict[str, str], pattern: str) -> str:
    """Puts variables into a text, where the first group of the pattern names one."""
    return re.sub(pattern, lambda found: variables[found[1]], text)


def from_path(value: object, path: str) -> object:
    """Returns what is at a path such as `resource.name`."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


