"""An access key, as the environment or a person gives it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class AccessKey:
    """An access key, which may lack a part; its secrets are never shown.

    Attributes:
        id: names the key; empty where only its secret is there.
        secret: the secret key; empty where it is missing.
        source: where the key is from: an environment variable, or a person.
        secret_source: the environment variable of the secret.
        security_token: what a temporary key has besides.
        project_id: the project to use it for, if that is named beside it.
    """

    id: str
    secret: str = field(repr=False)
    source: str
    secret_source: str = ""
    security_token: str | None = field(default=None, repr=False)
    project_id: str | None = None
