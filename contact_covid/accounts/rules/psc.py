"""One way to Pro Santé Connect and back: what it sends out, and how it is known again at its return."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

GOOD_FOR = timedelta(minutes=10)
MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login under way in one tab. ``secret`` stays in the browser's cookie: what travels is derived from it and does
    not lead back to it. ``suite``: the path to go to afterwards."""

    secret: str
    suite: str

    @property
    def state(self) -> str:
        """Comes back in the address: proves that this browser asked."""
        return self._derived(b"state")

    @property
    def nonce(self) -> str:
        """Comes back in the identity token: proves that it was made for this attempt."""
        return self._derived(b"nonce")

    @property
    def verifier(self) -> str:
        """PKCE (RFC 7636): goes to the provider with the code only, 43 characters."""
        return self._derived(b"verifier")

    @property
    def digest(self) -> bytes:
        """What is stored of an attempt that has come back, 32 bytes."""
        return sha256(self.secret.encode()).digest()

    def _derived(self, what: bytes) -> str:
        return urlsafe_b64encode(hmac.digest(self.secret.encode(), what, "sha256")).rstrip(b"=").decode()


def returning(attempts: Iterable[Attempt], state: str) -> Attempt | None:
    """The attempt whose state came back; None when this browser has asked for no such login."""
    given = state.encode(errors="replace")
    return next((each for each in attempts if hmac.compare_digest(each.state.encode(), given)), None)
