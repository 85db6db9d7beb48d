"""How a made-up cooperative and its people go about it: what they type, what they leave out."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass
class Habits:
    """How this cooperative and these people go about it."""

    size: int
    by_cheque: float
    typed_number: float
    wrong_number: float
    wrong_amount: float
    uses_slips: float
    tells_who: float
    fees_kept: bool
    late: float
    never: float
    round: float

    @staticmethod
    def drawn(random: Random) -> Habits:
        """Draw the habits of one year."""
        return Habits(
            size=random.randint(45, 280), by_cheque=random.choice((0.35, 0.6, 0.8)),
            typed_number=random.choice((1.0, 0.97, 0.85)), wrong_number=random.choice((0.0, 0.01, 0.03)),
            wrong_amount=random.choice((0.0, 0.01, 0.02)), uses_slips=random.choice((0.0, 0.6, 1.0)),
            tells_who=random.choice((1.0, 0.9, 0.6)), fees_kept=random.random() < 0.75,
            late=random.choice((0.0, 0.0, 0.03)), never=random.choice((0.01, 0.03)),
            round=random.choice((0.1, 0.18, 0.3, 0.6)),
        )  # fmt: skip
