"""Whose memory a command means when it is not told."""

import getpass

import pytest

from tests.acceptance.terminal import Answer, holdfast


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("HOLDFAST_USER")
    monkeypatch.setenv("LOGNAME", "lee")
    return getpass.getuser()


def scope(answer: Answer) -> dict[str, str | None]:
    document: dict[str, str | None] = answer.document["scope"]
    return document


def test_the_login_name_is_the_user_and_that_is_said(login: str) -> None:
    answer = holdfast("add", "I moved to Berlin")

    assert answer.err == "user: lee (from your login name; set --user or HOLDFAST_USER)\n"
    assert scope(holdfast("list", "--json"))["user_id"] == "lee"


def test_a_user_who_was_named_is_not_commented_on() -> None:
    assert holdfast("add", "x").err == ""
    assert holdfast("add", "x", "--user", "bob").err == ""


def test_user_wins_over_the_setting() -> None:
    holdfast("add", "x")

    assert scope(holdfast("list", "--user", "bob", "--json"))["user_id"] == "bob"


def test_a_memory_added_in_a_session_has_a_user_too(login: str) -> None:
    holdfast("add", "I moved to Berlin", "--session", "s1")

    assert "I moved to Berlin" in holdfast("list").out


@pytest.mark.parametrize("options", [("--session", "s1"), ("--agent", "tutor")])
def test_a_read_of_a_session_or_agent_does_not_guess_a_user(login: str, options: tuple[str, ...]) -> None:
    holdfast("add", "said by bob", "--user", "bob", *options)

    answer = holdfast("list", *options)

    assert "said by bob" in answer.out
    assert answer.err == ""


def test_a_user_who_was_set_narrows_a_read_of_a_session_and_that_is_said() -> None:
    holdfast("add", "said by bob", "--user", "bob", "--session", "s1")

    narrowed = holdfast("list", "--session", "s1")
    whole = holdfast("list", "--session", "s1", "--no-user")

    assert narrowed.out == ""
    assert narrowed.err.startswith("user: ana (from HOLDFAST_USER; --no-user leaves it out)\n")
    assert "said by bob" in whole.out


def test_an_agent_has_memories_without_a_user() -> None:
    holdfast("add", "Explain slowly", "--agent", "tutor", "--no-user")

    assert scope(holdfast("list", "--agent", "tutor", "--no-user", "--json"))["user_id"] is None
    assert "Explain slowly" not in holdfast("list").out


def test_no_tenant_sees_another() -> None:
    holdfast("add", "secret", "--tenant", "acme")

    assert holdfast("list").out == ""
    assert "secret" in holdfast("list", "--tenant", "acme").out


def test_an_id_needs_no_user_and_is_narrowed_by_one() -> None:
    identifier = holdfast("add", "x", "--json", "--user", "bob").document["changes"][0]["memory"]["id"]

    assert holdfast("get", identifier).code == 0
    assert holdfast("get", identifier, "--user", "ana").code == 4


@pytest.mark.parametrize(
    ("options", "code"), [(("--no-user",), "empty_scope"), (("--user", "a", "--no-user"), "contradiction")]
)
def test_a_scope_that_cannot_be_is_refused(options: tuple[str, ...], code: str) -> None:
    answer = holdfast("add", "x", "--json", *options)

    assert answer.code == 3
    assert answer.error["code"] == code
