"""What a tool's process may use at most, asked of the process itself."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import pytest

from bot.analyzers.isolation import Call, box, run

ASK = "import json, resource as r; print(json.dumps([r.getrlimit(each) for each in {}]))"


@pytest.mark.slow
@pytest.mark.parametrize("counts", ["space", "heap"])
async def test_a_tool_starts_with_its_limits_and_cannot_lift_them(counts: str) -> None:
    memory = resource.RLIMIT_AS if counts == "space" else resource.RLIMIT_DATA
    asked = [memory, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE]
    python = str(Path(sys.executable).resolve())
    argv = (python, "-I", "-S", "-c", ASK.format(asked))
    with box(()) as made:
        ended = await run(Call(argv, 5.0, 1 << 30, counts=counts), made)  # type: ignore[arg-type]
    assert ended.broke == ""
    cpu_s = 2 * 5 + 1
    limits = [1 << 30, cpu_s, 64 << 20, 0]
    assert json.loads(ended.output) == [[each, each] for each in limits]
