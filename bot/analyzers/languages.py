"""Which language a file is written in, by its name, and the extension its copy gets."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal, get_args

# The grammar's name for each; any other name makes the parser panic.
Language = Literal[
    "python", "javascript", "typescript", "tsx", "go", "java", "ruby", "php", "c", "cpp",
    "csharp", "rust", "kotlin", "swift", "bash",
]  # fmt: skip
LANGUAGES: tuple[str, ...] = get_args(Language)

_BY_EXTENSION: dict[str, Language] = {
    ".py": "python", ".pyi": "python",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
    ".go": "go", ".java": "java", ".rb": "ruby", ".rake": "ruby", ".php": "php",
    ".c": "c", ".h": "c",
    ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".hh": "cpp", ".hpp": "cpp",
    ".cs": "csharp", ".rs": "rust", ".kt": "kotlin", ".kts": "kotlin", ".swift": "swift",
    ".sh": "bash", ".bash": "bash",
}  # fmt: skip
_BY_NAME: dict[str, Language] = {"Gemfile": "ruby", "Rakefile": "ruby"}


def extension(path: str) -> str:
    """The file name's extension in lower case, with its dot; "" when it has none."""
    return PurePosixPath(path).suffix.lower()


def language_of(path: str) -> Language | None:
    """The language of a file by its name, None when we have no grammar for it."""
    return _BY_EXTENSION.get(extension(path)) or _BY_NAME.get(PurePosixPath(path).name)
