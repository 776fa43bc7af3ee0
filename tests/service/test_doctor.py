"""What `doctor` finds out from GitHub and the model API, each with its remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.app import Manifest
from bot.errors import UpstreamError
from bot.github.host import GitHubHost
from bot.sandbox import Sandbox
from bot.service.doctor import Seen, State, examine_app, examine_models
from bot.settings import load_prices, load_tiers
from bot.settings.manifest import load_manifest

HOOK = "https://ai.example.org/webhooks/github"


@pytest.fixture
def manifest(github: Sandbox) -> Manifest:
    """app.yml, as the sandbox's App has it."""
    shipped = load_manifest()
    github.app.permissions = dict(shipped.permissions)
    github.app.events = shipped.events
    github.app.hook_url = HOOK
    return shipped


async def examined(
    github: Sandbox, manifest: Manifest, hook: str = HOOK, app_id: int = 0
) -> tuple[Seen, ...]:
    app = github.app
    host = GitHubHost(github.url, app_id=app_id or app.id, private_key=app.private_key)
    try:
        return await examine_app(host.account, manifest, hook)
    finally:
        host.close()


async def seen(github: Sandbox, manifest: Manifest, hook: str = HOOK) -> dict[str, Seen]:
    return {each.subject: each for each in await examined(github, manifest, hook)}


def fitting(github: Sandbox, manifest: Manifest) -> None:
    place = github.install("acme")
    place.permissions = dict(manifest.permissions)
    place.events = manifest.events


async def test_an_app_as_it_should_be(github: Sandbox, manifest: Manifest) -> None:
    fitting(github, manifest)
    found = await seen(github, manifest)
    assert {each.state for each in found.values()} == {State.OK}
    assert list(found) == ["app", "webhook", "installation on acme"]


async def test_what_the_app_lacks_and_has_too_much(github: Sandbox, manifest: Manifest) -> None:
    github.app.permissions = {**manifest.permissions, "checks": "read", "contents": "write"}
    github.app.events = tuple(each for each in manifest.events if each != "check_run")
    fitting(github, manifest)
    lacks, more, hook, _ = await examined(github, manifest)
    assert lacks.state is State.WRONG
    assert lacks.said == "It lacks checks: write, event check_run."
    assert lacks.remedy == "On the App's settings page, Permissions & events."
    assert (more.state, more.said) == (
        State.NOTE,
        "It has contents: write, which app.yml does not ask for.",
    )
    assert hook.state is State.OK


async def test_an_installation_that_has_not_accepted_new_permissions(
    github: Sandbox, manifest: Manifest
) -> None:
    fitting(github, manifest)
    github.installation.permissions = {"metadata": "read"}
    found = (await seen(github, manifest))["installation on acme"]
    assert found.state is State.WRONG
    assert "pull_requests: write" in found.said
    assert found.remedy.startswith("An owner of acme must accept it")


async def test_webhooks_that_go_elsewhere_or_nowhere(github: Sandbox, manifest: Manifest) -> None:
    fitting(github, manifest)
    elsewhere = (await seen(github, manifest, "https://other.example.org/hook"))["webhook"]
    assert (elsewhere.state, "correct PUBLIC_URL" in elsewhere.remedy) == (State.WRONG, True)
    unknown = (await seen(github, manifest, ""))["webhook"]
    assert (unknown.state, unknown.said) == (State.NOTE, f"Webhooks go to {HOOK}.")


async def test_an_app_installed_nowhere(github: Sandbox, manifest: Manifest) -> None:
    found = (await seen(github, manifest))["installations"]
    assert (found.state, found.said) == (State.WRONG, "The App is installed nowhere.")


async def test_a_wrong_key_is_told_once(github: Sandbox, manifest: Manifest) -> None:
    found = await examined(github, manifest, app_id=github.app.id + 1)
    assert [(each.subject, each.state) for each in found] == [("app", State.WRONG)]
    assert "APP_ID and PRIVATE_KEY" in found[0].remedy


async def test_models_answer_and_have_prices() -> None:
    tiers, prices = load_tiers(), load_prices()
    asked: list[str] = []

    async def ping(tier: object) -> None:
        asked.append(tier.model)  # type: ignore[attr-defined]

    found = await examine_models(tiers, prices, ping)
    assert {each.state for each in found} == {State.OK}
    assert asked == [each.model for each in tiers.values()]


async def test_a_model_without_a_price_or_an_answer() -> None:
    tiers = {"odd": replace(next(iter(load_tiers().values())), name="odd", model="unheard-of")}

    async def ping(tier: object) -> None:
        raise UpstreamError("The model API refused the key.", remedy="Check ANTHROPIC_API_KEY.")

    priceless, silent = await examine_models(tiers, load_prices(), ping)
    assert "whole budget" in priceless.said
    assert (silent.said, silent.remedy) == (
        "The model API refused the key.",
        "Check ANTHROPIC_API_KEY.",
    )
    [none] = await examine_models(tiers, load_prices(), None)
    assert (none.state, "static analysers" in none.said) == (State.NOTE, True)
