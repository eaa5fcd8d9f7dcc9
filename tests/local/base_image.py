"""The base image for `sam local invoke`, built from this machine's own files, so that nothing is pulled.

AWS's image for `provided.al2023` is a whole operating system; the functions need only its C library, root certificates
and a place for their code. The runtime interface emulator, which sam adds, is AWS's own.
"""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from pathlib import Path

import certifi
import docker
from samcli.local.docker.lambda_image import LambdaImage

#: The programs that sam's Dockerfile runs in the image.
PROGRAMS = [Path("/bin/sh"), Path("/bin/mv"), Path("/bin/chmod")]

#: The name by which sam looks for the image.
REPOSITORY = f"{LambdaImage._INVOKE_REPO_PREFIX}/provided"


def build(client: docker.DockerClient, architecture: str, functions: list[Path]) -> None:
    """Imports the image, with the shared libraries of `functions`."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as image:
        for folder in ("bin", "etc", "opt", "tmp", "var", "var/rapid", "var/runtime", "var/task"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            image.addfile(entry)
        files = set(PROGRAMS).union(*(_libraries(program) for program in [*PROGRAMS, *functions]))
        for file in sorted(files):
            image.add(file.resolve(), arcname=str(file).lstrip("/"))
        image.add(certifi.where(), arcname="etc/ssl/certs/ca-certificates.crt")
    client.api.import_image_from_data(archive.getvalue(), repository=REPOSITORY, tag=f"al2023-{architecture}")


def _libraries(program: Path) -> set[Path]:
    """Returns the shared libraries that a program loads, including its loader."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", listed)}
