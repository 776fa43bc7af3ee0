"""Files that are made of secrets: nothing of them leaves this process."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

NAMES = (
    *(".env", ".env.*", "*.env", ".envrc", "*.pem", "*.key", "*.p12", "*.pfx", "*.pkcs12", "*.jks"),
    *("*.keystore", "*.kdbx", "*.ppk", "*.gpg", "*.age", "*.p8", "*.ovpn", "*.tfstate"),
    *("*.tfstate.backup", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc"),
    *(".pgpass", ".my.cnf", ".htpasswd", ".pypirc", ".git-credentials", ".dockercfg"),
    *(".dockerconfigjson", "kubeconfig", "credentials", "credentials.json", "credentials.xml"),
    *("client_secret*.json", "service-account*.json", "service_account*.json"),
    *("serviceaccountkey*.json", "master.key", ".vault_pass", ".s3cfg", ".boto"),
)
PLACES = re.compile(r"(?:^|/)\.(?:kube/config|aws/credentials|docker/config\.json|ssh/[^/.]+)$")
REDACTED = "«redacted: "
"""How a placeholder begins. In a path it says that the file's very name held a secret."""
SAMPLES = re.compile(r"\.(?:example|sample|template|dist|tmpl|defaults?|schema)$")


def is_never_sent(path: str) -> bool:
    """Whether the file at `path` is a credential store, whatever stands in it today.

    So is, for us, a file whose name held a secret: nobody could find it by the name we may say.
    """
    if REDACTED in path:
        return True
    lowered = path.lower()
    name = lowered.rsplit("/", 1)[-1]
    if SAMPLES.search(name):
        return False
    return bool(PLACES.search(lowered)) or any(fnmatchcase(name, each) for each in NAMES)
