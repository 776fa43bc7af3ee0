import email.utils

import pytest

from bot.errors import RateLimited
from bot.llm.failures import LATER_S, of_status, wait_asked

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="nothing said"),
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after": "0.5"}, 0.5, id="part of a second"),
        pytest.param({"retry-after-ms": "250", "retry-after": "7"}, 0.25, id="milliseconds win"),
        pytest.param(
            {"retry-after": email.utils.formatdate(NOW + 30, usegmt=True)}, 30.0, id="a date"
        ),
        pytest.param(
            {"retry-after": email.utils.formatdate(NOW - 30, usegmt=True)}, 0.0, id="a past date"
        ),
        pytest.param({"retry-after": "soon"}, None, id="words"),
        pytest.param({"retry-after": "-5"}, None, id="negative"),
        pytest.param({"retry-after-ms": "many"}, None, id="words for milliseconds"),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_asked(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "words", "says", "again"),
    [
        pytest.param(400, "odd", "refused the request as malformed", False, id="malformed"),
        pytest.param(400, "model: x", "refused model m-1", False, id="model refused"),
        pytest.param(400, "prompt is too long: 9 > 8", "longer than m-1 takes", False, id="long"),
        pytest.param(
            400, "Your credit balance is too low", "Add credit", False, id="credit as 400"
        ),
        pytest.param(401, "", "Check ANTHROPIC_API_KEY", False, id="key"),
        pytest.param(402, "", "no credit left", False, id="credit"),
        pytest.param(403, "", "may not use model m-1", False, id="not allowed"),
        pytest.param(404, "", "does not know model m-1", False, id="unknown model"),
        pytest.param(413, "", "larger than the model API takes", False, id="too large"),
        pytest.param(408, "", "HTTP status 408", True, id="their timeout"),
        pytest.param(429, "", "slow down", True, id="rate"),
        pytest.param(500, "", "HTTP status 500", True, id="their fault"),
        pytest.param(529, "", "overloaded", True, id="overloaded"),
        pytest.param(418, "", "HTTP status 418", False, id="something else"),
    ],
)
def test_a_status_says_who_must_act(status: int, words: str, says: str, again: bool) -> None:
    failure = of_status(status, {}, words, "m-1")
    assert says in str(failure.error)
    assert failure.again is again
    assert failure.error.retry_after == (LATER_S if again else None)
    assert isinstance(failure.error, RateLimited) is (status == 429)


def test_the_other_side_can_say_that_trying_again_is_useless() -> None:
    failure = of_status(500, {"x-should-retry": "false"}, "", "m-1")
    assert not failure.again
    assert failure.error.retry_after is None


def test_a_request_id_is_told_without_what_a_sentence_cannot_hold() -> None:
    failure = of_status(500, {"request-id": "req_1\n@everyone<b>"}, "", "m-1")
    assert str(failure.error) == (
        "The model API failed with HTTP status 500 (request req_1everyoneb)."
    )
