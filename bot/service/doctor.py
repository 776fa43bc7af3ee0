"""What keeps an installation from working, and what to do about each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from bot.domain.app import Grant, Manifest, beyond, lacking
from bot.domain.money import Price
from bot.domain.plan import Tier
from bot.errors import BotError
from bot.ports.app_account import AppAccount


class State(StrEnum):
    """How it stands. NOTE: it works, and somebody may want to know."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at. `remedy` "": there is nothing to do."""

    subject: str
    state: State
    said: str
    remedy: str = ""


def of_error(subject: str, error: BotError) -> Seen:
    """What went wrong, as something to mend."""
    return Seen(subject, State.WRONG, error.what, error.remedy)


async def examine_app(
    account: AppAccount, manifest: Manifest, webhook_url: str
) -> tuple[Seen, ...]:
    """The App and its installations against app.yml.

    `webhook_url` is where deliveries should go; "": the settings do not say.
    """
    seen: list[Seen] = []
    for subject, looking in (
        ("app", partial(_app, account, manifest)),
        ("webhook", partial(_hook, account, webhook_url)),
        ("installations", partial(_installations, account, manifest)),
    ):
        try:
            seen += await looking()
        except BotError as error:
            seen.append(of_error(subject, error))
            break  # who cannot ask for the App can ask for nothing of it
    return tuple(seen)


async def _app(account: AppAccount, manifest: Manifest) -> list[Seen]:
    grant = await account.app()
    found = [*_against(manifest, grant, "app", "On the App's settings page, Permissions & events")]
    return found or [Seen("app", State.OK, f"{grant.who} has all that app.yml asks for.")]


async def _hook(account: AppAccount, wanted: str) -> list[Seen]:
    there = await account.hook_url()
    where = "On the App's settings page, General"
    if not there:
        return [
            Seen(
                "webhook",
                State.WRONG,
                "The App sends webhooks nowhere.",
                f"{where}: set the webhook URL to https://YOUR-HOST/webhooks/github.",
            )
        ]
    if wanted and there.rstrip("/") != wanted.rstrip("/"):
        return [
            Seen(
                "webhook",
                State.WRONG,
                f"Webhooks go to {there}, not to {wanted}.",
                f"{where}: correct the webhook URL; or correct PUBLIC_URL here.",
            )
        ]
    if not wanted:
        return [
            Seen(
                "webhook",
                State.NOTE,
                f"Webhooks go to {there}.",
                "Set PUBLIC_URL to have this checked.",
            )
        ]
    return [Seen("webhook", State.OK, f"Webhooks go to {there}.")]


async def _installations(account: AppAccount, manifest: Manifest) -> list[Seen]:
    found = await account.installations()
    if not found:
        return [
            Seen(
                "installations",
                State.WRONG,
                "The App is installed nowhere.",
                "On the App's settings page, Install App.",
            )
        ]
    seen: list[Seen] = []
    for each in found:
        subject = f"installation on {each.who}"
        if each.suspended:
            seen.append(
                Seen(
                    subject,
                    State.NOTE,
                    "It is suspended, and nothing is reviewed there.",
                    f"Its owner can lift that in the settings of {each.who}.",
                )
            )
            continue
        where = f"An owner of {each.who} must accept it: Settings, GitHub Apps, Configure"
        seen += [*_against(manifest, each, subject, where)] or [
            Seen(subject, State.OK, "It has accepted all that app.yml asks for.")
        ]
    return seen


def _against(manifest: Manifest, grant: Grant, subject: str, where: str) -> Iterator[Seen]:
    missing = lacking(manifest, grant)
    if missing:
        said = f"It lacks {', '.join(missing)}."
        yield Seen(subject, State.WRONG, said, f"{where}.")
    more = beyond(manifest, grant)
    if more:
        said = f"It has {', '.join(more)}, which app.yml does not ask for."
        yield Seen(subject, State.NOTE, said, "Take away what nobody needs.")


Ping = Callable[[Tier], Awaitable[None]]
"""Asks the model of a tier something that costs nothing; raises BotError when it cannot."""


async def examine_models(
    tiers: Mapping[str, Tier], prices: Mapping[str, Price], ping: Ping | None
) -> tuple[Seen, ...]:
    """Every tier's model: whether it answers and has a price. `ping` None: there is no key."""
    if ping is None:
        said = "ANTHROPIC_API_KEY is not set: static analysers are the reviewers."
        return (Seen("models", State.NOTE, said, "Set it to have models review."),)
    seen: list[Seen] = []
    for tier in tiers.values():
        subject = f"model {tier.model}"
        if tier.model not in prices:
            said = f"It has no price, so the tier {tier.name} counts as the whole budget."
            seen.append(Seen(subject, State.WRONG, said, "Add it to config/pricing.toml."))
        try:
            await ping(tier)
        except BotError as error:
            seen.append(of_error(subject, error))
        else:
            seen.append(Seen(subject, State.OK, f"It answers for the tier {tier.name}."))
    return tuple(seen)
