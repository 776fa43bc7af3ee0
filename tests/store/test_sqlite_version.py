from __future__ import annotations

import pytest

from bot.errors import ConfigError
from bot.store.database import check_sqlite


@pytest.mark.parametrize(
    ("python", "sqlite"),
    [((3, 11), (3, 40, 1)), ((3, 12), (3, 42, 0)), ((3, 13), (3, 50, 2))],
)
def test_what_the_engine_can_store_with_is_taken(
    python: tuple[int, int], sqlite: tuple[int, int, int]
) -> None:
    check_sqlite(python, sqlite)


def test_a_new_python_with_an_old_sqlite_is_refused_before_any_delivery_is_lost() -> None:
    with pytest.raises(ConfigError, match=r"3\.13 has SQLite 3\.40\.1") as caught:
        check_sqlite((3, 13), (3, 40, 1))
    assert "3.11" in caught.value.remedy
