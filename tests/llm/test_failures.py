import email.utils

import pytest

from bot.errors import FailureKind
from bot.llm.failures import of_status, wait_asked

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
        pytest.param({"retry-after-ms": "-5"}, 0.0, id="negative milliseconds"),
        pytest.param({"retry-after-ms": "inf"}, None, id="for ever"),
        pytest.param({"retry-after-ms": "nan"}, None, id="no number"),
        pytest.param({"retry-after": "9" * 400}, None, id="beyond numbers"),
        pytest.param({"retry-after": "86400"}, 86_400.0, id="a day: who waits sets the bound"),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_asked(headers, NOW) == seconds


KIND = FailureKind


@pytest.mark.parametrize(
    ("status", "words", "says", "kind", "again"),
    [
        pytest.param(
            400, "odd", "refused the request as malformed", KIND.REQUEST, False, id="malformed"
        ),
        pytest.param(400, "model: x", "refused model m-1", KIND.REQUEST, False, id="model refused"),
        pytest.param(
            400,
            "prompt is too long: 9 > 8",
            "longer than m-1 takes",
            KIND.REQUEST,
            False,
            id="long",
        ),
        pytest.param(
            400,
            "Your credit balance is too low",
            "Add credit",
            KIND.REQUEST,
            False,
            id="credit as 400",
        ),
        pytest.param(302, "", "sends elsewhere", KIND.REQUEST, False, id="redirected"),
        pytest.param(401, "", "Check ANTHROPIC_API_KEY", KIND.REQUEST, False, id="key"),
        pytest.param(402, "", "no credit left", KIND.REQUEST, False, id="credit"),
        pytest.param(403, "", "may not use model m-1", KIND.REQUEST, False, id="not allowed"),
        pytest.param(404, "", "does not know model m-1", KIND.REQUEST, False, id="unknown model"),
        pytest.param(
            413, "", "larger than the model API takes", KIND.REQUEST, False, id="too large"
        ),
        pytest.param(408, "", "HTTP status 408", KIND.TIMEOUT, True, id="their timeout"),
        pytest.param(409, "", "HTTP status 409", KIND.SERVER, True, id="their lock"),
        pytest.param(429, "", "slow down", KIND.RATE_LIMIT, True, id="rate"),
        pytest.param(500, "", "HTTP status 500", KIND.SERVER, True, id="their fault"),
        pytest.param(504, "", "HTTP status 504", KIND.SERVER, True, id="their gateway"),
        pytest.param(529, "", "overloaded", KIND.OVERLOADED, True, id="overloaded"),
        pytest.param(418, "", "HTTP status 418", KIND.REQUEST, False, id="something else"),
    ],
)
def test_a_status_says_who_must_act(
    status: int, words: str, says: str, kind: FailureKind, again: bool
) -> None:
    error = of_status(status, {}, words, "m-1")
    assert says in str(error)
    assert (error.kind, error.again, error.billed) == (kind, again, False)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("status", "said", "again"),
    [
        pytest.param(500, "false", False, id="useless"),
        pytest.param(400, "true", True, id="worth it"),
        pytest.param(500, "perhaps", True, id="a word nobody knows"),
        pytest.param(400, "perhaps", False, id="the same for a refusal"),
    ],
)
def test_the_other_side_can_say_whether_to_try_again(status: int, said: str, again: bool) -> None:
    assert of_status(status, {"x-should-retry": said}, "", "m-1").again is again


def test_a_request_id_is_told_without_what_a_sentence_cannot_hold() -> None:
    error = of_status(500, {"request-id": "req_1\n@everyone<b>"}, "", "m-1")
    assert str(error) == "The model API failed with HTTP status 500 (request req_1everyoneb)."
