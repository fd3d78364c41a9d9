"""Who plays: what `people.prepare` gave, and the platform's key."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Cast:
    """`people` sign in by ID number, `reviewers` by phone; `learners` are whom the platform sends hours for."""

    password: str
    people: list[str]
    reviewers: list[str]
    learners: list[dict[str, str]]
    days: list[str]
    tokens: list[str]
    client_id: str
    client_secret: str
    graduated: int = 0

    @classmethod
    def of(cls, told: dict[str, Any], key: dict[str, Any]) -> "Cast":
        return cls(**told, client_id=key["client_id"], client_secret=key["client_secret"])

    def next_graduate(self) -> dict[str, str]:
        """Whose year is to be met: each once, from the end; empty when all are."""
        self.graduated += 1
        return self.learners[-self.graduated] if self.graduated <= len(self.learners) else {}

    def next_reviewer(self) -> str:
        """Empty when all are at their desks."""
        return self.reviewers.pop() if self.reviewers else ""
