"""How long a run is, and how fast it learns at each step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """A warm-up in a straight line, then a straight line down to nothing."""

    steps: int
    peak: float
    warm_up_share: float

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        warm_up = max(1, round(self.steps * self.warm_up_share))
        if step < warm_up:
            return self.peak * (step + 1) / warm_up
        return self.peak * max(0, self.steps - step) / max(1, self.steps - warm_up)


def steps_that_fit(steps: int, *, seconds_per_step: float, seconds_left: float) -> int:
    """The planned steps, or as many as the time allows, at least one."""
    return max(1, min(steps, int(seconds_left / seconds_per_step)))
