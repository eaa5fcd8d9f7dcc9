"""Checks that Lambda can run what `make build` built."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
import translation
from emulator.ministack import ROOT

BUILT = ROOT / ".aws-sam" / "build"

FUNCTIONS = sorted(name for name, r in translation.resources({}).items() if r["Type"] == "AWS::Lambda::Function")

#: The machine of an ELF file, from the ELF specification.
AARCH64 = 183
#: The C library of Amazon Linux 2023, on which provided.al2023 runs.
GLIBC = (2, 34)
#: Lambda's limit for an unpacked function, in bytes.
LARGEST = 250 * 1024 * 1024


@pytest.fixture(params=FUNCTIONS)
def bootstrap(request: pytest.FixtureRequest) -> Path:
    return BUILT / request.param / "bootstrap"


def test_a_function_is_built_for_arm64(bootstrap: Path) -> None:
    header = bootstrap.read_bytes()[:20]
    assert header[:5] == b"\x7fELF\x02"
    assert struct.unpack("<H", header[18:20]) == (AARCH64,)
    assert bootstrap.stat().st_mode & 0o111
    assert bootstrap.stat().st_size < LARGEST


def test_a_function_needs_no_newer_c_library_than_lambdas(bootstrap: Path) -> None:
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", bootstrap.read_bytes())
    assert versions
    assert max((int(major), int(minor)) for major, minor in versions) <= GLIBC
