"""The [comments] and [feedback] of defaults.toml: our own comments, and what people think."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class CommentsTable(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid")

    resolve_threads: bool
    minimise: bool


class FeedbackTable(BaseModel):
    """The table as it is written. A share of nothing would mute what nobody has turned down."""

    model_config = ConfigDict(extra="forbid")

    mute_after: Annotated[int, Field(ge=1)]
    mute_share: Annotated[float, Field(gt=0, le=1)]
