"""MariaDB that is reached by TLS only, with certificates of this rehearsal, and a look into it past the function."""

import datetime
import ipaddress
from pathlib import Path
from typing import Any

import MySQLdb
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scripts.mariadb import MariaDB


class SecureMariaDB(MariaDB):
    """`authority` is the file that a client must trust; `stranger` is one that has signed nothing here."""

    def __init__(self, folder: Path) -> None:
        self.authority = make_certificates(folder / "ours")
        self.stranger = make_certificates(folder / "strangers")
        ours = folder / "ours"
        super().__init__(
            f"--ssl-cert={ours / 'server.pem'}", f"--ssl-key={ours / 'server.key'}", "--require-secure-transport=ON"
        )

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        connection = MySQLdb.connect(
            host="127.0.0.1",
            port=self.port,
            user=self.user,
            passwd=self.password,
            db="kloppocar",
            ssl={"ca": str(self.authority)},
            autocommit=True,
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def hang_up(self) -> int:
        """Close everybody's connection, as a server or a proxy does with one that was idle; how many there were."""
        others = self.ask(
            "SELECT id FROM information_schema.processlist WHERE user = %s AND id <> CONNECTION_ID()", self.user
        )
        for (number,) in others:
            self.ask(f"KILL {number}")
        return len(others)


def make_certificates(folder: Path) -> Path:
    """An authority and a server's certificate signed by it; the authority's file."""
    folder.mkdir(parents=True)
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rehearsal authority")])
    authority = certificate(name, name, authority_key.public_key(), authority_key, is_authority=True)
    host = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    server = certificate(host, name, server_key.public_key(), authority_key, is_authority=False)
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    key = server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.key").write_bytes(key)
    return folder / "authority.pem"


def certificate(
    subject: x509.Name, issuer: x509.Name, key: Any, signed_by: Any, *, is_authority: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signed_by, hashes.SHA256())
