"""[oidc], [ldap]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Oidc:
    """Logging in at an OpenID Connect provider; on where ``issuer`` is set."""

    issuer: str = option("", "The provider's address, such as https://login.example.org/realms/main.")
    client_id: str = option("", "What the provider calls this installation.")
    client_secret: str = option("", "What this installation proves itself with.", sensitive=True)
    scope: str = option("openid profile email", "What is asked for.")
    username_claim: str = option("preferred_username", "The claim that is the user name here.")
    groups_claim: str = option("groups", "The claim that lists groups.")
    roles_mapping: str = option("", "JSON: a group to its role or list of roles.")
    default_role: str = option("Public", "Role of whoever is in none of those groups.")
    cacert: str = option("", "File of certificate authorities; not set: those of the machine.")
    name: str = option("OpenID Connect", "What the button on the log-in page says.")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ldap:
    """Logging in with a directory's names and passwords, in the words of 1.10; on where ``uri`` is set."""

    uri: str = option("", "Such as ldaps://ldap.example.org, or ldap://… with StartTLS.")
    basedn: str = option("", "Where users are searched.")
    bind_user: str = option("", "Who searches; not set: anonymously.")
    bind_password: str = option("", "The password of bind_user.", sensitive=True)
    user_filter: str = option("objectClass=*", "What an entry must satisfy to be a user.")
    user_name_attr: str = option("uid", "The attribute that is the user name.")
    group_member_attr: str = option("memberOf", "The attribute of a user that lists groups.")
    superuser_filter: str = option("", "What a user must satisfy to be Admin.")
    data_profiler_filter: str = option("", "What a user must satisfy to be Op.")
    search_scope: str = option("LEVEL", "How deep users are searched.", choices=("LEVEL", "SUBTREE", "BASE"))
    cacert: str = option("", "File of certificate authorities; not set: those of the machine.")
    roles_mapping: str = option("", "JSON: a group to its role or list of roles.")
    default_role: str = option("Public", "Role of whoever gets none by those.")
    allow_plain: bool = option("False", "Send passwords over ldap:// without TLS.")
