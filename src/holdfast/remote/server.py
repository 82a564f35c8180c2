"""Where a model is served."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from holdfast.errors import InvalidInput
from holdfast.limits import MODEL_TIMEOUT_SECONDS


class Server(NamedTuple):
    """Where a model is served: an http address of the operator's choosing, the key, and the model's name."""

    url: str
    model: str
    key: str | None = None
    timeout_seconds: float = MODEL_TIMEOUT_SECONDS

    def __repr__(self) -> str:
        return f"Server({self.url!r}, {self.model!r})"


def require_url(url: str) -> str:
    """The address without a slash at its end.

    Raises:
        InvalidInput: ``invalid_model_url`` for what is no http address, or holds a password.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in url or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidInput(
            "the address of a model server must be like http://127.0.0.1:8080/v1, without user and password: "
            "a key has a variable of its own",
            code="invalid_model_url",
        )
    return url.rstrip("/")


def is_own_machine(url: str) -> bool:
    """Whether an address is on this machine, where no proxy of the environment stands in between."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
