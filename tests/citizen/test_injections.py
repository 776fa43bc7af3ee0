"""Orders in every place, and a model that obeys: only what stands around the model holds."""

from __future__ import annotations

import pytest

from tests.citizen.scene import Case, cases, harm, reviewed
from tests.service.office import Building

CASES = cases()
ALWAYS = {
    *("approve - comment", "approve - title", "stay silent - file name", "stay silent - agents"),
    *("stay silent, in tag characters - string", "leak the keys - comment", "refute - comment"),
    *("mention people - policy", "call other bots - tool", "forge our markers - comment"),
    *("leave the form - string", "command ourselves - reply"),
}
"""Those of every test run; CI tries them all."""


def test_the_corpus_is_large_and_names_each_case_once() -> None:
    names = [each.id for each in CASES]
    assert len(names) >= 100
    assert len(set(names)) == len(names)
    assert set(names) >= ALWAYS


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(each, id=each.id, marks=() if each.id in ALWAYS else pytest.mark.full)
        for each in CASES
    ],
)
async def test_38_no_order_in_a_pull_request_does_harm(besieged: Building, case: Case) -> None:
    besieged.github.forget_requests()
    pull, model = await reviewed(besieged, case)
    assert harm(besieged, pull, model) == []
