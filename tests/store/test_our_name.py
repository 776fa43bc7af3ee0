"""What our App is called is what GitHub said last."""

from __future__ import annotations

from pathlib import Path

from bot.store.database import open_database
from bot.store.our_name import OurName


def test_the_name_that_was_told_last_is_known(address: str, tmp_path: Path) -> None:
    engine = open_database(address)
    name = OurName(engine)
    assert name.known() == ""
    for at, slug in enumerate(("acme-review", "acme-review", "acme-reads")):
        name.keep(slug, float(at))
    assert name.known() == "acme-reads"
    engine.dispose()
    bare = open_database(f"sqlite:///{tmp_path}/without-tables.db")
    assert OurName(bare).known() == ""  # which the receiver survives
    bare.dispose()
