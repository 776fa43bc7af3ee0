"""What replies in our threads mean, without a model."""

from __future__ import annotations

import pytest

from bot.intake.phrases import SHORT, Asks, Dismisses, Reports, meaning


@pytest.mark.parametrize(
    ("reply", "means"),
    [
        pytest.param("Why?", Asks("Why?"), id="why"),
        pytest.param("but why is that a problem", Asks("but why is that a problem"), id="but why"),
        pytest.param("How so?", Asks("How so?"), id="how so"),
        pytest.param("explain", Asks("explain"), id="explain"),
        pytest.param("Is the store not hashed?", Asks("Is the store not hashed?"), id="question"),
        pytest.param("@ai-review say more", Asks("say more"), id="mention"),
        pytest.param("False positive", Dismisses("False positive"), id="false positive"),
        pytest.param(
            "This is a false positive: it is hashed",
            Dismisses("This is a false positive: it is hashed"),
            id="with its reason",
        ),
        pytest.param("It's not an issue", Dismisses("It's not an issue"), id="no issue"),
        pytest.param("wontfix", Dismisses("wontfix"), id="wontfix"),
        pytest.param("won't fix, legacy", Dismisses("won't fix, legacy"), id="won't fix"),
        pytest.param("Ignore this.", Dismisses("Ignore this."), id="ignore"),
        pytest.param(
            "Is this a false positive?", Asks("Is this a false positive?"), id="asks whether"
        ),
        pytest.param("False positive?", Asks("False positive?"), id="doubts it"),
        pytest.param("Fixed.", Reports(), id="fixed"),
        pytest.param("done, thanks", Reports(), id="done"),
        pytest.param("Fixed?", Asks("Fixed?"), id="asks whether it is"),
        pytest.param("Good catch!", None, id="praise"),
        pytest.param("I do not think so.", None, id="no phrase"),
        pytest.param("@mia look at this", None, id="somebody else"),
        pytest.param("see mail@ai-review.example", None, id="an address"),
        pytest.param("@ai-review-next hello", None, id="another name"),
        pytest.param("not an issue " + "x" * SHORT, None, id="too long to be a phrase"),
        pytest.param("undone", None, id="part of a word"),
        pytest.param("ignorance is bliss", None, id="another word"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_meaning(reply: str, means: object) -> None:
    assert meaning(reply) == means


def test_the_apps_own_name_is_a_mention() -> None:
    assert meaning("@acme-review say more", "acme-review") == Asks("say more")
    assert meaning("@acme-review say more") is None


def test_a_long_reply_takes_no_long_time() -> None:
    assert meaning("this is " * 10_000) is None
