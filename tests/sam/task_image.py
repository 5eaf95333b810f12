"""The runner's image as it was built, with what only a test needs: the scripted agent, and trust in
the certificate of the test's forge."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sam.docker import ROOT, docker

BUILT = "worktreefunction:latest"
AGENT = "/opt/stub/stub-agent"
DOCKERFILE = f"""\
FROM {BUILT}
COPY stub /opt/stub
COPY certificate.pem /opt/stub/
RUN for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do \\
      [ ! -e "$bundle" ] || cat /opt/stub/certificate.pem >>"$bundle"; \\
    done
"""


@contextmanager
def test_image(certificate: Path, folder: Path) -> Iterator[str]:
    """Its tag, until the context ends."""
    context = folder / "image"
    library = context / "stub" / "local"
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "local" / "stub_agent", library / "stub_agent", ignore=without)
    (library / "__init__.py").touch()
    command = context / "stub" / "stub-agent"
    command.write_text('#!/bin/sh\nPYTHONPATH=/opt/stub exec python3 -m local.stub_agent "$@"\n')
    command.chmod(0o755)
    shutil.copyfile(certificate, context / "certificate.pem")
    (context / "Dockerfile").write_text(DOCKERFILE)
    tag = f"parley-test-{uuid.uuid4().hex[:8]}:latest"
    docker("build", "--quiet", "--tag", tag, str(context))
    try:
        yield tag
    finally:
        docker("rmi", "--force", tag, tag.replace(":latest", ":rapid-x86_64"))
