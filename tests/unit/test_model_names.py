"""What the name of a model means, and whose key goes where."""

import sys
from typing import Any

import pytest

from holdfast.adapters.ollama import OllamaEmbedder, OllamaLanguageModel
from holdfast.adapters.openai import OpenAiEmbedder
from holdfast.adapters.pydantic_ai import PydanticAiLanguageModel
from holdfast.composition import load_embedder, open_language_model
from holdfast.errors import BackendRejected, InvalidInput
from holdfast.model_names import connect_embedder, read_model_name
from holdfast.remote.server import Server, require_url
from holdfast.settings import Settings

KEYS = {"OPENAI_API_KEY": "open", "ANTHROPIC_API_KEY": "anth", "OPENROUTER_API_KEY": "rout"}


def server_of(name: str, **environment: str) -> Server:
    model: Any = open_language_model(name, Settings.read(environment))
    found: Server = model._server  # noqa: SLF001 (where a call would go is not to be seen from outside)
    return found


@pytest.mark.parametrize(
    ("name", "environment", "url", "key"),
    [
        ("ollama:llama3.2:3b", KEYS, "http://127.0.0.1:11434", None),
        ("ollama:m", {"OLLAMA_HOST": "0.0.0.0"}, "http://127.0.0.1:11434", None),  # noqa: S104 (not listened on)
        ("ollama:m", {"OLLAMA_HOST": "gpu.local:80"}, "http://gpu.local:80", None),
        ("ollama:m", {"OLLAMA_HOST": "a:1", "HOLDFAST_MODEL_URL": "https://b/"}, "https://b", None),
        ("openai:gpt-4.1-mini", KEYS, "https://api.openai.com/v1", "open"),
        ("anthropic:claude-haiku-4-5", KEYS, "https://api.anthropic.com", "anth"),
        ("openrouter:qwen/qwen3-8b", KEYS, "https://openrouter.ai/api/v1", "rout"),
        ("openai:m", KEYS | {"HOLDFAST_MODEL_KEY": "own"}, "https://api.openai.com/v1", "own"),
        ("openai:m", KEYS | {"HOLDFAST_MODEL_URL": "https://gateway/v1"}, "https://gateway/v1", None),
        ("http://127.0.0.1:8080/v1#qwen", KEYS, "http://127.0.0.1:8080/v1", None),
        ("https://host/v1/#a/b:c", {"HOLDFAST_MODEL_KEY": "own"}, "https://host/v1", "own"),
    ],
)
def test_a_name_leads_to_an_address_and_its_key(
    name: str, environment: dict[str, str], url: str, key: str | None
) -> None:
    server = server_of(name, **environment)
    assert (server.url, server.key) == (url, key)


def test_each_provider_has_its_adapter() -> None:
    assert isinstance(open_language_model("ollama:m"), OllamaLanguageModel)
    for name in ("openai:m", "anthropic:m", "openrouter:m", "http://h/v1#m"):
        assert isinstance(open_language_model(name), PydanticAiLanguageModel)
    assert isinstance(load_embedder("ollama:nomic-embed-text"), OllamaEmbedder)
    assert isinstance(load_embedder("http://h/v1#bge-m3"), OpenAiEmbedder)


@pytest.mark.parametrize(
    "name",
    ["", "llama3.2", "llama3.2:3b", "ollama:", "openai: ", "http://h/v1", "ftp://h#m", "file:///etc#m"],
)
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="ollama:NAME") as caught:
        read_model_name(name)
    assert caught.value.code == "unknown_model"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://h", "http://", "http://user:pass@h/v1", "http://h:0", "http://h:99999", "http://h/a b", "//h",
     "h:1", "http://[::1", "http://h\n", "http://\u0430"],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        require_url(url)
    assert caught.value.code == "invalid_model_url"


def test_an_embedder_has_an_address_and_a_key_of_its_own() -> None:
    environment = {
        "HOLDFAST_EMBEDDER_URL": "http://e/v1",
        "HOLDFAST_EMBEDDER_KEY": "own",
        "HOLDFAST_MODEL_URL": "http://m",
    }
    embedder: Any = connect_embedder("openai:m", Settings.read(environment | KEYS))
    assert embedder._server == Server("http://e/v1", "m", "own")  # noqa: SLF001 (likewise)


def test_an_embedder_may_be_named_with_its_dimensions() -> None:
    identity = load_embedder("openai:text-embedding-3-large@256").identity
    assert str(identity) == "openai:text-embedding-3-large@1/256"


@pytest.mark.parametrize("name", ["anthropic:claude", "ollama:nomic-embed-text@64"])
def test_who_gives_no_such_vectors_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_embedder(name)
    assert caught.value.code == "unknown_embedder"


@pytest.mark.parametrize(
    ("name", "adapter", "library", "extra"),
    [
        ("ollama:m", "ollama", "httpx2", "ollama"),
        ("openai:m", "pydantic_ai", "pydantic_ai.direct", "llm"),
    ],
)
def test_a_missing_library_says_what_to_install(
    name: str, adapter: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [
        one for one in sys.modules if one.startswith((f"holdfast.adapters.{adapter}", "holdfast.remote"))
    ]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BackendRejected) as caught:
        open_language_model(name)
    assert caught.value.code == "extra_missing"
    assert f"pip install 'holdfast[{extra}]'" in str(caught.value)


def test_keys_are_not_shown() -> None:
    settings = Settings.read(KEYS | {"HOLDFAST_MODEL_KEY": "s3cret", "HOLDFAST_EMBEDDER_KEY": "s3cret"})
    assert not any(key in repr(settings) for key in ("s3cret", *KEYS.values()))
    assert "s3cret" not in repr(Server("http://h", "m", "s3cret"))


def test_a_budget_is_read() -> None:
    given = {"HOLDFAST_MODEL_TOKENS_PER_DAY": "100000", "HOLDFAST_MODEL_USD_PER_DAY": "0.5"}
    settings = Settings.read(given)
    assert (settings.model_tokens_per_day, settings.model_usd_per_day) == (100_000, 0.5)


@pytest.mark.parametrize("given", ["-1", "many", "nan", "inf", "1e3"])
def test_a_budget_that_is_no_number_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Settings.read({"HOLDFAST_MODEL_TOKENS_PER_DAY": given})
    assert caught.value.code == "invalid_setting"
