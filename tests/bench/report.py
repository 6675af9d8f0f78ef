"""One line of the bench: ours against a reference measured in the same run, and the goal for their ratio."""

import operator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

OPERATORS = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class Line:
    """`goal` reads ">= 10" or "<= 0.05": what ours / reference must be."""

    name: str
    ours: float
    reference: float
    unit: str
    goal: str

    @property
    def ratio(self):
        return self.ours / self.reference if self.reference else float("inf")

    @property
    def met(self):
        sign, bound = self.goal.split()
        return OPERATORS[sign](self.ratio, float(bound))

    def __str__(self):
        ours, reference = (f"{value:.4g} {self.unit}" for value in (self.ours, self.reference))
        missed = "" if self.met else " MISSED"
        return f"{self.name}: {ours} / {reference} = {self.ratio:.3g} (goal {self.goal}){missed}"


def line(name, ours, reference, unit, goal):
    """A Line, for `run(scale)` of a bench module to yield."""
    return Line(name, ours, reference, unit, goal)


def peak() -> float:
    """The most memory that this process has held, in MB, since it became this program: `ru_maxrss` would
    begin with its parent’s.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def percentile(values, rank) -> float:
    return quantiles(values, n=100, method="inclusive")[rank - 1]
