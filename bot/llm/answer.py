"""The fields we read of what the Messages API answers; it may add others freely.

Read here and not by the SDK, which checks nothing: it hands on a page as a str, a usage of words,
content that is no list.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

Tokens = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""A count of tokens. The bound is ours: a thousand times the largest window there is."""


class _Block(BaseModel):
    """A part of the content. `text` may be anything where the type is not "text"."""

    type: str
    text: Any = None


class _Usage(BaseModel):
    input_tokens: Tokens
    output_tokens: Tokens
    cache_read_input_tokens: Tokens | None = None
    cache_creation_input_tokens: Tokens | None = None


class Answer(BaseModel):
    """A message. `content` may be empty or null, `stop_reason` null."""

    usage: _Usage
    content: list[_Block] | None = None
    stop_reason: str | None = None
    model: Annotated[str, Field(max_length=200)] = ""

    @property
    def text(self) -> str:
        """The text blocks in their order, "" where there are none."""
        blocks = self.content or ()
        return "".join(
            each.text for each in blocks if each.type == "text" and isinstance(each.text, str)
        )


class Count(BaseModel):
    """The answer of the endpoint that counts a prompt's tokens."""

    input_tokens: Tokens
