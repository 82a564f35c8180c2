"""What secrets look like: the forms of known services, and the words that go before a secret.

A rule is tried only where one of its signs stands in the text, so that an ordinary text costs a few searches
for substrings. Every repetition is bounded, or begins where a run of its characters does: time grows with the
length of a text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from holdfast.formation.patterns import Pattern
from holdfast.formation.redaction.values import is_card, is_chosen, is_placeholder, is_random


class Rule(NamedTuple):
    """A kind of secret.

    Attributes:
        kind: its name in the words that stand for it.
        signs: substrings in lower case, of which one is in every text that holds such a secret; none where
            every text is looked at.
        pattern: the secret is its group ``secret``.
        accepts: whether a match is one.
        is_weak: whether trying all likely values would find it: it was chosen by a person, or is short.
        is_long: whether it has sixteen letters, digits or signs of base64 together.
    """

    kind: str
    signs: frozenset[str]
    pattern: Pattern
    accepts: Callable[[re.Match[str]], bool]
    is_weak: bool = False
    is_long: bool = True


_START, _END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
_QUOTE = r"[\"'\u201c\u201d\u2018\u2019\u00ab`\\*]{0,3}"
_IS = (
    rf"{_QUOTE}(?P<how>[ \t](?:(?:was|has been|is|got) )?(?:changed|reset|set|updated)(?: it)? to[ \t]{{1,4}}"
    rf"|[ \t]{{1,4}}(?:is|was|are|equals|ist|lautet|est|es)(?: now| still| called| currently)?:?[ \t]{{1,4}}"
    rf"|[ \t]{{0,8}}(?:=>|:=|==?|:)(?:\*\*)?[ \t]{{0,8}})"
)
_ABOUT = r"(?:[ \t](?:for|to|of|on|at|in|from)(?:[ \t][\w'\u2019.@-]{1,30}){1,5}?)?"
_NO_PART = r"\s\"'`;\u201c\u201d\u2018\u2019\u00ab\u00bb\\"
_CHOSEN = rf"(?P<secret>[^{_NO_PART}]{{0,127}}[^{_NO_PART}.,:])"
_BEFORE = (
    r"(?:pass ?word|pass ?phrase|passwd|passwort|kennwort|contrase(?:\u00f1|n)a|mot de passe|senha"
    r"|(?<![A-Za-z])(?:pass ?code|pwd?|(?:access|door|alarm|gate|entry|safe) code))(?![A-Za-z])"
)
_BEFORE_SIGNS = frozenset({"pass", "pwd", "pw", "kennwort", "contrase", "senha", " code"})
_KEY = (
    r"(?:api[ _-]?(?:key|token|secret)|access[ _-]?(?:key|token)(?:[ _-]?id)?"
    r"|secret[ _-]?(?:access[ _-]?)?key|(?:client|app|webhook|consumer|shared|signing)[ _-]?secret"
    r"|(?:auth|bot|refresh|session|deploy|csrf|bearer)[ _-]?token"
    r"|(?:private|encryption|signing|account|master|license|storage)[ _-]?key"
    r"|(?<![A-Za-z])(?:secret|token)|sharedaccesssignature)(?![A-Za-z])"
)
_CARD_WORD = Pattern(
    r"\b(?:card|visa|mastercard|amex|american express|credit|debit|cvv|cvc|karte|carte|tarjeta)",
    re.IGNORECASE,
)
_AROUND_CHARACTERS = 60


def _always(_match: re.Match[str]) -> bool:
    return True


def _after(match: re.Match[str], characters: int = 24) -> str:
    return match.string[match.end("secret") : match.end("secret") + characters]


def _is_random(match: re.Match[str]) -> bool:
    after = _after(match, 2)
    is_called = after[:1] in {"(", "["} or (after[:1] == "." and after[1:].isalpha())
    return is_random(match["secret"]) and not is_called


def _is_chosen(match: re.Match[str]) -> bool:
    is_assigned = match["how"].strip()[:1] in {":", "="}
    return is_chosen(match["secret"], _after(match), is_assigned=is_assigned)


def _is_quoted(match: re.Match[str]) -> bool:
    return not is_placeholder(match["secret"].strip())


def _is_option(match: re.Match[str]) -> bool:
    return not match["secret"].startswith(("-", "<", "$")) and not is_placeholder(match["secret"])


def _is_card(match: re.Match[str]) -> bool:
    return is_card(re.sub(r"\D", "", match["secret"]))


def _is_named_card(match: re.Match[str]) -> bool:
    start, end = match.span("secret")
    around = match.string[max(0, start - _AROUND_CHARACTERS) : end + _AROUND_CHARACTERS]
    return is_card(match["secret"]) and _CARD_WORD.search(around) is not None


def _is_pin(match: re.Match[str]) -> bool:
    return not (len(match["secret"]) == _POSTAL_DIGITS and "code" in match[0].casefold())


_POSTAL_DIGITS = 6
"""A "PIN code" of six digits is a postal code of India."""


def _token(kind: str, sign: str, form: str, accepts: Callable[[re.Match[str]], bool] = _always) -> Rule:
    """A token that the prefix of its service gives away."""
    return Rule(kind, frozenset({sign}), Pattern(f"{_START}(?P<secret>{form}){_END}"), accepts)


SERVICES = (
    Rule(
        "aws_key",
        frozenset({"akia", "asia", "abia", "acca"}),
        Pattern(rf"{_START}(?P<secret>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{{16}}){_END}"),
        _always,
    ),
    Rule(
        "github_token",
        frozenset({"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}),
        Pattern(rf"{_START}(?P<secret>gh[pousr]_[A-Za-z0-9]{{30,255}}|github_pat_\w{{22,255}}){_END}"),
        _always,
    ),
    Rule(
        "gitlab_token",
        frozenset({"glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-", "glagent-"}),
        Pattern(
            rf"{_START}(?P<secret>gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent)-[\w-]{{20,255}}(?:\.[\w.]{{1,40}}\w)?){_END}"
        ),
        _is_random,
    ),
    Rule(
        "slack_token",
        frozenset({"xox", "xapp-", "hooks.slack.com"}),
        Pattern(
            rf"{_START}(?P<secret>xox[abceoprs](?:\.xox[bp])?-[\w-]{{10,255}}|xapp-\d-[\w-]{{10,255}})"
            r"|hooks\.slack\.com/(?:services|workflows)/(?P<path>[\w/]{20,255})"
        ),
        _always,
    ),
    Rule(
        "stripe_key",
        frozenset({"sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"}),
        Pattern(rf"{_START}(?P<secret>(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/=]{{16,255}})"),
        _always,
    ),
    _token("anthropic_key", "sk-ant-", r"sk-ant-[\w-]{20,255}"),
    _token(
        "openai_key",
        "sk-",
        r"sk-(?!ant-)(?:proj-|svcacct-|admin-|None-|or-v1-|lf-)?[\w-]{20,255}",
        _is_random,
    ),
    Rule(
        "google_key",
        frozenset({"aiza", "ya29.", "gocspx-"}),
        Pattern(rf"{_START}(?P<secret>AIza[\w-]{{35}}|ya29\.[\w-]{{20,1024}}|GOCSPX-[\w-]{{20,64}}){_END}"),
        _always,
    ),
    _token("huggingface_token", "hf_", r"hf_[A-Za-z0-9]{30,64}"),
    _token("npm_token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _token("pypi_token", "pypi-", r"pypi-AgE[\w-]{50,512}"),
    _token("digitalocean_token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    _token("sendgrid_key", "sg.", r"SG\.[\w-]{16,64}\.[\w-]{16,64}"),
    _token("shopify_token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _token("groq_key", "gsk_", r"gsk_[A-Za-z0-9]{40,80}"),
    _token("xai_key", "xai-", r"xai-[A-Za-z0-9]{60,120}"),
    _token("perplexity_key", "pplx-", r"pplx-[A-Za-z0-9]{40,80}"),
    _token("replicate_token", "r8_", r"r8_[A-Za-z0-9]{30,60}"),
    _token("databricks_token", "dapi", r"dapi[a-f0-9]{32}(?:-\d)?"),
    _token("vault_token", "hvs.", r"hvs\.[\w-]{24,255}"),
    _token("notion_token", "ntn_", r"ntn_[A-Za-z0-9]{40,60}"),
    _token("linear_key", "lin_api_", r"lin_api_[A-Za-z0-9]{32,64}"),
    _token("figma_token", "figd_", r"figd_[\w-]{30,64}"),
    _token("grafana_token", "glsa_", r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}"),
    _token("postman_key", "pmak-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    _token("newrelic_key", "nrak-", r"NRAK-[A-Z0-9]{27}"),
    _token("supabase_key", "sbp_", r"sbp_[a-f0-9]{40}"),
    _token("atlassian_token", "atatt3", r"ATATT3[\w=-]{50,512}"),
    _token("telegram_token", ":aa", r"\d{8,10}:AA[\w-]{33}"),
    _token("age_key", "age-secret-key-1", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    _token("jwt", "eyj", r"eyJ[\w-]{10,4096}+\.eyJ[\w-]{10,65536}+\.[\w-]{0,4096}+"),
)
"""Tokens that are known by their own form, wherever they stand."""

TELLING = (
    Rule(
        "bearer_token",
        frozenset({"bearer", "authorization", "x-api-key"}),
        Pattern(
            rf"(?:authorization{_QUOTE}[ \t]{{0,4}}[:=][ \t]{{0,4}}{_QUOTE}(?:bearer|token|apikey)?"
            rf"[ \t]{{0,4}}|bearer[ \t]{{1,4}}|x-api-key{_QUOTE}[ \t]{{0,4}}[:=][ \t]{{0,4}}{_QUOTE})"
            r"(?P<secret>[A-Za-z0-9+/_.~=-]{16,4096})",
            re.IGNORECASE,
        ),
        _is_random,
    ),
    Rule(
        "basic_credentials",
        frozenset({"basic "}),
        Pattern(
            rf"authorization{_QUOTE}[ \t]{{0,4}}[:=][ \t]{{0,4}}{_QUOTE}basic[ \t]{{1,4}}"
            r"(?P<secret>[A-Za-z0-9+/]{6,1024}={0,2})",
            re.IGNORECASE,
        ),
        _always,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "url_password",
        frozenset({"://"}),
        Pattern(
            r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'<>]{0,128}:"
            r"(?P<secret>[^\s/@\"'<>]{1,256})@(?=[\w.\[-])"
        ),
        _is_quoted,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "secret_key",
        frozenset({"key", "token", "secret", "sharedaccess"}),
        Pattern(rf"{_KEY}{_ABOUT}{_IS}{_QUOTE}(?P<secret>[A-Za-z0-9+/_=~%-]{{16,1024}})", re.IGNORECASE),
        _is_random,
    ),
    Rule(
        "password",
        _BEFORE_SIGNS,
        Pattern(rf"{_BEFORE}{_ABOUT}{_IS}{_QUOTE}{_CHOSEN}", re.IGNORECASE),
        _is_chosen,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "password",
        _BEFORE_SIGNS,
        Pattern(
            rf"{_BEFORE}{_ABOUT}{_IS}(?:\\?\"(?P<secret>[^\"\n]{{3,128}})\"|'(?P<single>[^'\n]{{3,128}})'"
            r"|`(?P<code>[^`\n]{3,128})`|[\u201c\u00ab](?P<curly>[^\u201d\u00bb\n]{3,128})[\u201d\u00bb])",
            re.IGNORECASE,
        ),
        _always,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "password",
        frozenset({"pass:", "pass=", "pass =", "pass :"}),
        Pattern(rf"(?<![A-Za-z])pass{_IS}{_QUOTE}{_CHOSEN}", re.IGNORECASE),
        _is_chosen,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "password",
        frozenset({"--pass", "--token", "--api-key", "--secret", "curl"}),
        Pattern(
            r"(?:--(?:password|passwd|pass|token|api-key|secret)[ =]"
            r"|\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?[\"']?"
            rf"[^\s:\"']{{1,64}}:){_QUOTE}(?P<secret>[^\s\"'`]{{4,256}})"
        ),
        _is_option,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "pin",
        frozenset({"pin", "cvv", "cvc"}),
        Pattern(
            r"(?<![\w-])(?:(?:pin(?: code| number|code)?|cvv2?|cvc2?)"
            r"(?P<how> (?:is|was)(?: now)? |[ \t]?[:=][ \t]?)"
            r"|(?-i:PIN|CVV|CVC)(?: code| number)? |(?:my|our|her|his|the) pin (?:code|number)?(?:to|for|of)"
            r"(?: [\w'\u2019-]{1,20}){1,4}? is )"
            r"[\"'`*]{0,2}(?P<secret>\d{3,8})"
            r"(?![\w.-]*\d|-\w| (?:pin|%|percent|volt|contact|conductor|wide))",
            re.IGNORECASE,
        ),
        _is_pin,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "payment_card",
        frozenset(),
        Pattern(
            r"(?P<secret>(?<![\w.-])[2-6]\d{3}"
            r"(?:(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{3})?|[ -]\d{6}[ -]\d{4,5}))"
            r"(?![\w-])"
        ),
        _is_card,
        is_weak=True,
        is_long=False,
    ),
    Rule(
        "payment_card",
        frozenset(
            {
                "card",
                "visa",
                "amex",
                "american express",
                "credit",
                "debit",
                "cvv",
                "cvc",
                "karte",
                "carte",
                "tarjeta",
            }
        ),
        Pattern(r"(?<![\w.-])(?P<secret>[2-6]\d{12,18})(?![\w-])"),
        _is_named_card,
        is_weak=True,
        is_long=False,
    ),
)
"""Secrets that are known by what stands before them, or by how their digits add up."""

RULES: tuple[Rule, ...] = (*SERVICES, *TELLING)
