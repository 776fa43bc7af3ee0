"""Which installation, repository and pull request something asked is about, for the log."""

from __future__ import annotations

from bot.domain.asked import Asked, Grouped, Uninstalled


def about(asked: Asked) -> dict[str, str | int]:
    """Fields of every log line said on its account; what is not known is left out."""
    if isinstance(asked, Uninstalled):
        return {"installation": asked.installation_id}
    if isinstance(asked, Grouped):
        known = {"repo": asked.repo, "head": asked.head_sha, "installation": asked.installation_id}
    else:
        pull = asked.pull
        known = {
            "repo": pull.repo,
            "pull": pull.number,
            "head": pull.head_sha,
            "installation": pull.installation_id,
        }
    return {name: value for name, value in known.items() if value}
