"""The life of a repository with the App, from its first pull request to the App's removal."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.settings import load
from bot.store.database import open_database
from tests.fakes.model import FakeModel
from tests.journeys.story import told
from tests.journeys.system import System, wait_for

pytestmark = pytest.mark.slow


def test_a_repository_lives_with_the_app(system: System, model: FakeModel) -> None:
    story = told(system, model)
    check = story.opened()
    assert check.conclusion == "failure"
    assert len(story.pull.comments) == 2

    assert story.fixed().conclusion == "neutral", "the other one still stands"
    assert len(story.pull.comments) == 2, "nothing is said twice"
    assert len(model.of("security")) == 1

    assert story.pushed_back().conclusion == "failure"
    assert len(story.pull.comments) == 2

    assert story.ignored() == ["eyes", "rocket"]

    check = story.paused()
    assert (check.conclusion, model.calls) == ("skipped", [])
    assert "paused by ada" in f"{check.title} {check.summary}"

    check = story.resumed()
    assert check.conclusion == "failure"
    assert "1 finding, worst High" in (check.title or "")

    check = story.forked()
    assert (check.conclusion, model.calls) == ("skipped", [])
    assert "fork" in f"{check.title} {check.summary}"

    assert story.allowed().conclusion == "failure"
    assert len(story.repo.pull(story.fork).comments) == 1

    check = story.run_again()
    assert check.conclusion == "failure"
    assert len(story.repo.pull(story.fork).comments) == 1, "nothing is said twice"

    story.uninstalled()
    settings = load(system.environment(), env_file=None)
    engine = open_database(settings.database_url)

    def left() -> int:
        with engine.connect() as connection:
            rows = sa.text("select count(*) from runs where repo_id = :id")
            return int(connection.execute(rows, {"id": story.repo.id}).scalar_one())

    assert wait_for(lambda: left() == 0)
    engine.dispose()
