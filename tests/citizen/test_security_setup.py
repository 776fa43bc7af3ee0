"""Section Security of what a good citizen of GitHub does: setting the App up."""

from __future__ import annotations

import stat
from pathlib import Path

from bot.sandbox import Sandbox
from bot.settings.env_write import write_env, write_private
from bot.settings.manifest import load_manifest
from tests.web.test_setup import desk_for, pressed


def test_43_setup_refuses_a_wrong_or_reused_state_closes_and_keeps_its_files_private(
    github: Sandbox, tmp_path: Path
) -> None:
    """Routes are gone once configured, the key is 0600, a description with a quote is escaped."""
    shipped = load_manifest()
    quoted = type(shipped)(
        shipped.name, shipped.url, """it's "ours" <b>""", False, shipped.permissions, shipped.events
    )
    desk = desk_for(github, quoted)
    page = desk.enter().text
    assert "<b>" not in page
    wrong = desk.client.get("/setup/done?state=wrong&code=abc")
    reused = desk.client.get(f"/setup/done?{pressed(page)}")
    assert (wrong.status_code, reused.status_code, desk.kept) == (403, 403, [])
    again = desk.client.get("/setup").text
    assert desk.client.get(f"/setup/done?{pressed(again)}").status_code == 200
    assert desk.client.get("/setup").status_code == 404
    [made] = desk.kept
    key, env = tmp_path / "key.pem", tmp_path / ".env"
    write_private(key, made.private_key)
    write_env(env, {"WEBHOOK_SECRET": made.webhook_secret})
    assert [stat.S_IMODE(each.stat().st_mode) for each in (key, env)] == [0o600, 0o600]
