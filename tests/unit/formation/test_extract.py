"""What people say becomes facts: the table of what is understood, and of what is left alone."""

from datetime import UTC, datetime

import pytest

from holdfast.domain.entity import Entity, EntityKind
from holdfast.domain.fact import Fact
from holdfast.domain.memory import Kind
from holdfast.domain.message import Message, Role
from holdfast.formation.extract import extract

NOW = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)
"""A Thursday."""


def facts_in(*texts: str, name: str | None = "Ana", role: Role = Role.USER) -> list[Fact]:
    found = extract([Message(role, text, name) for text in texts], at=NOW)
    return [fact for fact in found if not (fact.retracts and fact.attribute in {"likes", "dislikes"})]


def slots(*texts: str) -> list[tuple[str, str, str | None]]:
    return [(fact.subject, fact.attribute, fact.value) for fact in facts_in(*texts)]


@pytest.mark.parametrize(
    ("said", "attribute", "value", "text"),
    [
        ("I live in Berlin.", "home", "Berlin", "Ana lives in Berlin"),
        ("So, we've just moved to The Hague!", "home", "The Hague", "Ana lives in The Hague"),
        ("I'm based in New York these days.", "home", "New York", "Ana lives in New York"),
        ("I was born in Lyon.", "birthplace", "Lyon", "Ana was born in Lyon"),
        ("I work as a nurse.", "job", "nurse", "Ana works as a nurse"),
        ("I'm a software engineer.", "job", "software engineer", "Ana works as a software engineer"),
        ("I now work at Blue Harbour.", "employer", "Blue Harbour", "Ana works at Blue Harbour"),
        ("I'm 34 years old.", "age", "34", "Ana is 34 years old"),
        ("My wife's name is Mira.", "partner", "Mira", "Ana's partner is Mira"),
        ("My birthday is on 3 May.", "birthday", "3 May", "Ana's birthday is 3 May"),
        ("My email is me@site.example.", "email", "me@site.example", "Ana's email is me@site.example"),
        ("My favorite color is dark green.", "favourite colour", "dark green",
         "Ana's favourite colour is dark green"),
        ("Blur is my favourite band.", "favourite band", "Blur", "Ana's favourite band is Blur"),
        ("I'm vegan.", "diet", "vegan", "Ana is vegan"),
        ("My phone is a Pixel 8.", "phone", "Pixel 8", "Ana's phone is a Pixel 8"),
        ("I drive a Volvo V60.", "car", "Volvo V60", "Ana drives a Volvo V60"),
        ("I set the thermostat to 21 degrees.", "thermostat", "21 degrees", "Ana's thermostat is 21 degrees"),
        ("My budget is now 1,500 euros.", "budget", "1,500 euros", "Ana's budget is 1,500 euros"),
        ("My alarm is set for 6:30.", "alarm", "6:30", "Ana's alarm is 6:30"),
        ("My shoe size is 43.", "shoe size", "43", "Ana's shoe size is 43"),
        ("My address is 12 Main Street, Leeds.", "address", "12 Main Street, Leeds",
         "Ana's address is 12 Main Street, Leeds"),
    ],
)  # fmt: skip
def test_single_valued_attribute(said: str, attribute: str, value: str, text: str) -> None:
    (fact,) = facts_in(said)

    assert (fact.attribute, fact.value, fact.text) == (attribute, value, text)
    assert fact.is_single
    assert fact.kind is Kind.SEMANTIC


@pytest.mark.parametrize(
    ("said", "attribute", "value"),
    [
        ("I really like Thai food.", "likes", "Thai food"),
        ("I can't stand olives.", "dislikes", "olives"),
        ("I hate my commute.", "dislikes", "my commute"),
        ("I'm allergic to peanuts, so be careful.", "allergy", "peanuts"),
        ("I also speak Danish.", "language", "Danish"),
        ("I've been learning Polish for two months.", "learning", "Polish"),
        ("I've taken up pottery.", "hobby", "pottery"),
        ("We adopted a dog named Rex.", "pet", "Rex"),
        ("My sister is called Eva.", "sister", "Eva"),
        ("Paul is my brother.", "brother", "Paul"),
    ],
)
def test_many_valued_attribute(said: str, attribute: str, value: str) -> None:
    (fact,) = facts_in(said)

    assert (fact.attribute, fact.value, fact.is_single) == (attribute, value, False)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Eva works at Siemens.", [("Eva", "employer", "Siemens")]),
        ("My sister Eva lives in Oslo.", [("Ana", "sister", "Eva"), ("Eva", "home", "Oslo")]),
        ("Honestly, my mentor Patrick said I work too much.", [("Ana", "mentor", "Patrick")]),
        ("If my friend Zed were real, I would call.", []),
        ("My sister lives in Oslo.", [("Ana's sister", "home", "Oslo")]),
        ("The capital of Peru is Lima.", [("Peru", "capital", "Lima")]),
        ("Lima is the capital of Peru.", [("Peru", "capital", "Lima")]),
        ("The author of My Blue Notebook is Ida Holm.", [("My Blue Notebook", "author", "Ida Holm")]),
        ("Peru's capital is Lima.", [("Peru", "capital", "Lima")]),
        ("Nova Foods was founded by Hugo Lind.", [("Nova Foods", "was founded by", "Hugo Lind")]),
        ("Hugo Lind founded Nova Foods.", [("Nova Foods", "was founded by", "Hugo Lind")]),
        ("The founder of Nova Foods is Hugo Lind.", [("Nova Foods", "was founded by", "Hugo Lind")]),
        ("The headquarters of Umbra is located in the city of Basel.", [("Umbra", "headquarters", "Basel")]),
        ("Umbra is headquartered in Basel.", [("Umbra", "headquarters", "Basel")]),
        ("Jo Reed plays the position of goalkeeper.", [("Jo Reed", "plays the position of", "goalkeeper")]),
        ("The status of Falcon is on hold.", [("Falcon", "status", "on hold")]),
        ("Falcon's deadline is now 3 June.", [("Falcon", "deadline", "3 June")]),
    ],
)
def test_others(said: str, found: list[tuple[str, str, str]]) -> None:
    assert slots(said) == found


@pytest.mark.parametrize(
    ("said", "attribute", "value"),
    [
        ("I no longer live in Rome.", "home", "Rome"),
        ("I don't work for Umbra anymore.", "employer", "Umbra"),
        ("I quit my job at Umbra.", "employer", "Umbra"),
        ("I am no longer a nurse.", "job", "nurse"),
        ("I broke up with Jonas.", "partner", "Jonas"),
        ("Jonas and I split up.", "partner", "Jonas"),
        ("We broke up.", "partner", None),
        ("I sold my car.", "car", None),
        ("Forget my email address.", "email", None),
        ("Forget that I live in Rome.", "home", "Rome"),
        ("I'm no longer allergic to cats.", "allergy", "cats"),
        ("My dog Rex died last week.", "pet", "Rex"),
        ("I stopped learning Polish.", "learning", "Polish"),
        ("Eva no longer works at Siemens.", "employer", "Siemens"),
    ],
)
def test_retraction(said: str, attribute: str, value: str | None) -> None:
    facts = facts_in(said)

    assert all(fact.retracts for fact in facts)
    assert (attribute, value) in [(fact.attribute, fact.value) for fact in facts]


def test_dislike_takes_the_liking_back() -> None:
    disliked, liked = extract([Message(Role.USER, "I don't like olives")], at=NOW)

    assert (disliked.attribute, disliked.retracts) == ("dislikes", False)
    assert (liked.attribute, liked.value, liked.retracts) == ("likes", "olives", True)


def test_new_value_in_the_same_breath_leaves_no_retraction() -> None:
    assert slots("I don't live in Rome any more, I live in Oslo now.") == [("Ana", "home", "Oslo")]


def test_that_is_not_true_any_more_takes_back_the_last_fact_of_the_speaker() -> None:
    live, moved = facts_in("I live in Rome.", "That's not true any more.")

    assert (moved.retracts, moved.slot, moved.value, moved.position) == (True, live.slot, "Rome", 1)


@pytest.mark.parametrize("said", ["I used to live in Rome.", "I lived in Rome in the 1990s."])
def test_what_is_over_is_told_as_over(said: str) -> None:
    (fact,) = facts_in(said)

    assert (fact.text, fact.ended, fact.retracts) == ("Ana used to live in Rome", True, False)


@pytest.mark.parametrize(
    ("said", "attribute", "text", "day"),
    [
        ("I ran a marathon two days ago.", "event", "Ana ran a marathon on 10 March 2026", "2026-03-10"),
        ("Last month I broke my arm.", "event", "Ana broke their arm in February 2026", "2026-02-01"),
        ("I'm flying to Madrid next month.", "plan", "Ana is flying to Madrid in April 2026", "2026-04-01"),
        ("I must finish it by Friday.", None, None, None),
        (
            "I have an exam tomorrow at 9am.",
            "plan",
            "Ana has an exam on 13 March 2026 at 09:00",
            "2026-03-13",
        ),
        ("I moved to Oslo yesterday.", "home", "Ana lives in Oslo", "2026-03-11"),
        ("I've worked at Umbra since 2019.", "employer", "Ana works at Umbra", "2019-01-01"),
    ],
)
def test_time_is_that_of_the_words(
    said: str, attribute: str | None, text: str | None, day: str | None
) -> None:
    found = facts_in(said)

    assert [(fact.attribute, fact.text) for fact in found] == ([(attribute, text)] if attribute else [])
    assert [f"{fact.valid_at:%Y-%m-%d}" for fact in found] == ([day] if day else [])


def test_value_of_the_speaker_is_told_as_theirs() -> None:
    assert facts_in("I hate my commute.")[0].text == "Ana dislikes their commute"


def test_state_that_begins_later_is_a_plan() -> None:
    assert [fact.attribute for fact in facts_in("I'm moving to Lisbon next month.")] == ["plan"]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Always answer in metric units.", "Always answer in metric units"),
        ("From now on, write to me in French.", "From now on, write to Ana in French"),
        ("Please never use emojis.", "Please never use emojis"),
        ("Whenever I ask for a recipe, leave out the nuts.",
         "Whenever Ana asks for a recipe, leave out the nuts"),
        ("Remember that the spare key is under my pot.", "The spare key is under Ana's pot"),
    ],
)  # fmt: skip
def test_standing_instruction(said: str, text: str) -> None:
    (fact,) = facts_in(said)

    assert (fact.kind, fact.text, fact.is_single) == (Kind.PROCEDURAL, text, False)


def test_what_is_to_be_remembered_is_a_fact_where_it_is_one() -> None:
    (fact,) = facts_in("Remember that I'm allergic to peanuts.")

    assert (fact.kind, fact.attribute, fact.value) == (Kind.SEMANTIC, "allergy", "peanuts")


@pytest.mark.parametrize(
    "said",
    [
        "Do I live in Berlin?", "Where does Eva work", "Hi there!", "Thanks a lot, that helps.",
        "If I moved to Rome, I would work at Umbra.", "I might move to Porto.", "I'd love to live in Japan.",
        "I wish I worked at Umbra.", "Imagine my name was Zorro.", "Maybe I'm a baker.",
        "Yeah, right, I am the king of Spain.", "Sure, I live on the moon, obviously.",
        "She said that I live in Bonn.", "My brother thinks I work at Umbra.",
        'The man says "I live in Gotham".',
        "> I live in Rome", "```\nMy name is Zorro\n```", "I work from home.", "I work at night.",
        "I live for the weekend.",
        "I'm a bit tired.", "I like your answer.", "I love it!", "I have no idea.", "My bad, sorry.",
        "My point is that I am late.", "The thing is that it takes time.", "I never said that.",
        "I always forget how this works.", "Never mind.", "Always a pleasure!", "Always running around.",
        "Any time you need help, don't hesitate to call.", "Translate: I live in Rome",
        "I think I live in Rome.", "It is not true that I live in Rome, he claims.", "That's wrong.",
        "", " \n", "...", "🧠🧠", "我住在北京",
    ],
)  # fmt: skip
def test_what_is_no_statement_gives_nothing(said: str) -> None:
    assert facts_in(said) == []


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.TOOL])
@pytest.mark.parametrize(
    "said", ["I live in Berlin.", "Always answer briefly.", "The capital of Peru is Lima."]
)
def test_only_people_speak_of_themselves(role: Role, said: str) -> None:
    assert facts_in(said, role=role) == []


def test_system_gives_instructions_alone() -> None:
    found = facts_in("I live in Berlin. Always answer in French.", role=Role.SYSTEM)

    assert [fact.kind for fact in found] == [Kind.PROCEDURAL]


def test_speaker_is_named_by_the_message_then_by_the_owner_then_as_user() -> None:
    said = "I live in Berlin"

    named = extract([Message(Role.USER, said, "Ben")], at=NOW, owner="Ana")
    owned = extract([Message(Role.USER, said)], at=NOW, owner="Ana")
    unnamed = extract([Message(Role.USER, said)], at=NOW)

    assert [fact.text for fact in (*named, *owned, *unnamed)] == [
        "Ben lives in Berlin", "Ana lives in Berlin", "User lives in Berlin",
    ]  # fmt: skip
    assert unnamed[0].subject == "user"


def test_message_has_its_own_time_and_place() -> None:
    earlier = datetime(2025, 1, 2, tzinfo=UTC)
    messages = [
        Message(Role.USER, "Hello"),
        Message(Role.USER, "I quit my job at Umbra yesterday", at=earlier),
    ]

    fact = extract(messages, at=NOW)[0]

    assert (fact.position, f"{fact.valid_at:%Y-%m-%d}", fact.time_words) == (1, "2025-01-01", "yesterday")


def test_entities_are_the_subject_the_value_and_other_names() -> None:
    (fact,) = facts_in("I work at Blue Harbour.")

    assert fact.entities == (Entity("Ana"), Entity("Blue Harbour", EntityKind.ORGANISATION))
