from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.sandbox import Sandbox, shop


def test_a_port_in_use_is_an_error_a_caller_can_handle(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])
        with pytest.raises(OSError, match="in use"), Sandbox(tmp_path, port=port):
            pass


def test_what_an_installation_compiled_is_not_part_of_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = tmp_path / "base" / "shop" / "__pycache__" / "cart.cpython-311.pyc"
    compiled.parent.mkdir(parents=True)
    compiled.write_bytes(b"\xa7\x0d")
    (tmp_path / "base" / "shop" / "cart.py").write_text("TOTAL = 0\n", encoding="utf-8")
    monkeypatch.setattr(shop, "EXAMPLE", tmp_path)
    assert shop.files("base") == {"shop/cart.py": "TOTAL = 0\n"}
