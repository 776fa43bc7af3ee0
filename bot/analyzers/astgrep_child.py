"""The process that matches our rules: one request on standard input, one answer per file.

Run as a file and apart from us, because hostile text can hang or crash the parser. It knows
nothing of the rest: names and texts in, rule ids and line numbers out.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ast_grep_py import SgRoot


def matches(text: str, language: str, rules: list[tuple[str, dict[str, Any]]]) -> list[list[Any]]:
    """Rule id, first and last line (1-based) of each match."""
    root = SgRoot(text, language).root()
    found: list[list[Any]] = []
    for name, search in rules:
        for node in root.find_all(search):  # type: ignore[call-overload]
            where = node.range()
            # a node that ends with its line feed ends at column 0 of the next line
            end = where.end.line + (where.end.column > 0 or where.end.line == where.start.line)
            found.append([name, where.start.line + 1, max(end, where.start.line + 1)])
    return found


def main() -> None:
    """Answer `{"files": [[name, language, text]], "rules": {language: [[id, search]]}}`."""
    asked = json.load(sys.stdin)
    for name, language, text in asked["files"]:
        answer = {"name": name, "found": matches(text, language, asked["rules"][language])}
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
