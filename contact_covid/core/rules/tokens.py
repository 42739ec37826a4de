"""What is stored of a secret that its holder alone has."""

import hashlib


def digest_of(token: str) -> bytes:
    """The digest of a token, a code or a nonce, whatever text it is: who reads the table cannot make one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
