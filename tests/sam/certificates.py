"""A certificate for one address, by an authority of one: itself."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    certificate: Path
    key: Path

    @classmethod
    def for_address(cls, address: str, folder: Path) -> "Certificate":
        made = cls(folder / "certificate.pem", folder / "key.pem")
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                ),
                *("-nodes", "-days", "2", "-subj", "/CN=parley-test"),
                *("-addext", f"subjectAltName=IP:{address}"),
                *("-keyout", made.key, "-out", made.certificate),
            ],
            check=True,
            capture_output=True,
        )
        return made

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context
