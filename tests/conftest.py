"""What holds for every test: no network, no data of the user, and chance that can be repeated."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("ci")

LOOPBACK = "127.0.0.1"
INTERNET = {socket.AF_INET, socket.AF_INET6}


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way for Python code to reach a host fails the test, whoever catches errors on the way.

    A test marked `integration` may connect, and one marked `loopback` to this machine. A program that a test
    starts is not guarded.
    """
    if request.node.get_closest_marker("integration"):
        return
    may_loop_back = request.node.get_closest_marker("loopback") is not None
    original_lookup = socket.getaddrinfo

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, *arguments: Any) -> Any:  # noqa: ANN401 (whatever it takes)
            if self.family in INTERNET and not is_allowed(arguments[-1]):
                refuse(arguments[-1])
            return original(self, *arguments)

        return call

    def is_allowed(address: object) -> bool:
        return is_own_pair(address) or (may_loop_back and is_loopback(address))

    def guarded_lookup(host: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 (likewise)
        if not (may_loop_back and host == LOOPBACK):
            refuse(host)
        return original_lookup(host, *arguments, **named)

    for method in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, method, guarded(getattr(socket.socket, method)))
    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)
    monkeypatch.setattr(socket, "gethostbyname", guarded_lookup)


def is_loopback(address: object) -> bool:
    return isinstance(address, tuple) and address[0] == LOOPBACK


def is_own_pair(address: object) -> bool:
    """Windows has no socket pairs: asyncio makes one of two loopback sockets for itself."""
    return sys.platform == "win32" and isinstance(address, tuple) and address[0] == LOOPBACK


def refuse(target: object) -> NoReturn:
    """Fail the test by an exception that `except Exception` does not catch."""
    pytest.fail(f"The network was used: {target}. A test that needs it is marked `integration`.")


@pytest.fixture(autouse=True)
def own_home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own; no setting of the caller's shell reaches the test.

    Most tests look at what was said; one marked `facts` at what is derived from it as well.
    """
    for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "holdfast-home"
    monkeypatch.setenv("HOLDFAST_HOME", str(home))
    if not request.node.get_closest_marker("facts"):
        monkeypatch.setenv("HOLDFAST_INFER", "no")
    return home


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    """After a failure, say how to get the same order again."""
    if exitstatus == pytest.ExitCode.TESTS_FAILED:
        seed = terminalreporter.config.getoption("randomly_seed", None)
        terminalreporter.write_line(f'The same order again: make test ARGS="--randomly-seed={seed}"')
