"""A real LDAP server (slapd) with people in it, for the while of a test module."""

from __future__ import annotations

import datetime
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ldap3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests import programs
from tests.integration.api.installation import free_port
from tests.integration.api.world import wait_for

BASE = "dc=example,dc=org"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
ROOT, ROOT_PASSWORD = f"cn=root,{BASE}", "root-password"
MODULES = (Path("/usr/lib/ldap"), Path("/usr/lib/openldap"), Path("/usr/lib64/openldap"))
SCHEMAS = (Path("/etc/ldap/schema"), Path("/etc/openldap/schema"))


@dataclass
class Server:
    """Where it listens, and the authority that vouches for it."""

    port: int
    tls_port: int
    cacert: Path

    def password(self, name: str) -> str:
        return f"password of {name}"


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Skips the tests, by name, where there is no slapd."""
    slapd = programs.slapd()
    modules = next((path for path in MODULES if path.is_dir()), None)
    schemas = next((path for path in SCHEMAS if path.is_dir()), None)
    if slapd is None or modules is None or schemas is None:
        pytest.skip("logging in by LDAP needs slapd: apt-get install slapd")
    made = Server(free_port(), free_port(), folder / "authority.pem")
    certificates(folder, made.cacert)
    (folder / "data").mkdir()
    (folder / "slapd.conf").write_text(configuration(folder, modules, schemas))
    addresses = f"ldap://127.0.0.1:{made.port}/ ldaps://127.0.0.1:{made.tls_port}/"
    process = subprocess.Popen(
        [slapd, "-f", str(folder / "slapd.conf"), "-h", addresses, "-d", "0"], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: listens(made.port) or process.poll() is not None, "slapd")
        assert process.poll() is None, "slapd ended"
        fill(made)
        yield made
    finally:
        process.terminate()
        process.wait(10)


def configuration(folder: Path, modules: Path, schemas: Path) -> str:
    includes = "\n".join(f"include {schemas / name}.schema" for name in ("core", "cosine", "inetorgperson"))
    return f"""
{includes}
modulepath {modules}
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/authority.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
maxsize 10485760
directory {folder}/data
suffix "{BASE}"
rootdn "{ROOT}"
rootpw {ROOT_PASSWORD}
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous auth
"""


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def fill(made: Server) -> None:
    """Enter people and groups."""
    where = ldap3.Server(f"ldap://127.0.0.1:{made.port}", get_info=ldap3.NONE, connect_timeout=2)
    root = ldap3.Connection(where, ROOT, ROOT_PASSWORD, auto_bind=True, raise_exceptions=True)
    root.add(BASE, ["dcObject", "organization"], {"dc": "example", "o": "Example"})
    for unit in (PEOPLE, GROUPS, f"ou=far,{PEOPLE}"):
        root.add(unit, "organizationalUnit")
    for name in ("ann", "bob", "admin", "local", "searcher", "*", "o)(uid=*", "back\\slash"):
        person(root, made, name, PEOPLE)
    person(root, made, "far", f"ou=far,{PEOPLE}")
    for group, members in {"ops": ["ann"], "staff": ["ann", "bob"]}.items():
        dns = [f"uid={member},{PEOPLE}" for member in members]
        root.add(f"cn={group},{GROUPS}", "groupOfNames", {"member": dns})
    root.unbind()


def person(root: ldap3.Connection, made: Server, name: str, unit: str) -> None:
    known = {
        "cn": name,
        "sn": "Lee",
        "givenName": name.title(),
        "uid": name,
        "mail": f"{len(name)}@example.org",
    }
    dn = f"uid={ldap3.utils.dn.escape_rdn(name)},{unit}"
    root.add(dn, "inetOrgPerson", {**known, "userPassword": made.password(name)})


def certificates(folder: Path, authority: Path) -> None:
    """An authority of our own, a server of that name, and a stranger's authority."""
    root_key, root = signed("Authority", None, None)
    authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    key, server_certificate = signed("localhost", root_key, root)
    (folder / "server.pem").write_bytes(server_certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)
    (folder / "stranger.pem").write_bytes(
        signed("Stranger", None, None)[1].public_bytes(serialization.Encoding.PEM)
    )


def signed(
    name: str, by: ec.EllipticCurvePrivateKey | None, issuer: x509.Certificate | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])  # and not 127.0.0.1
    signing = by or key
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        .sign(signing, hashes.SHA256())
    )
    return key, made
