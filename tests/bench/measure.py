"""Taking turns, so that a busy moment of the machine hits all alike; the table."""

import sys
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Ratio:
    """The ratio of two medians, with its lowest and highest value of any turn."""

    value: float
    low: float
    high: float

    def __str__(self):
        return f"{figure(self.value)} ({figure(self.low)}–{figure(self.high)})"


def figure(number):
    """Write a number with two or three digits that count."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def ratio(ours, other):
    """Hold the turns of one against those of another, turn by turn."""
    pairs = [a / b for a, b in zip(ours, other, strict=True)]
    return Ratio(median(ours) / median(other), min(pairs), max(pairs))


def take_turns(measures, turns, bar):
    """Call every measure in turn, ``turns`` times; return each one's numbers."""
    found = {name: [] for name in measures}
    for _ in range(turns):
        for name, measure in measures.items():
            found[name].append(measure())
            bar.step()
    return found


class Bar:
    """A progress bar on standard error; a log gets one line."""

    WIDTH = 30

    def __init__(self, title, total):
        self.title, self.total, self.done = title, max(total, 1), 0
        self.is_shown = sys.stderr.isatty()
        if not self.is_shown:
            sys.stderr.write(f"{title}\n")

    def step(self, count=1):
        self.done += count
        if self.is_shown:
            full = self.WIDTH * min(self.done, self.total) // self.total
            end = "\n" if self.done >= self.total else ""
            sys.stderr.write(
                f"\r{self.title} [{'█' * full}{'·' * (self.WIDTH - full)}] "
                f"{100 * self.done // self.total:3d} %{end}"
            )
            sys.stderr.flush()


def print_table(heads, rows):
    """Print rows as a Markdown table."""
    for row in (heads, ["---"] * len(heads), *rows):
        sys.stdout.write(f"| {' | '.join(str(cell) for cell in row)} |\n")
    sys.stdout.flush()
