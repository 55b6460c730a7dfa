"""A simulation in words and as pictures: its figures, what it was fitted to, what it assumes, how far to believe it."""

from collections.abc import Iterator, Sequence

from rung.core.replay.bars_picture import paired_bars
from rung.insights.simulation import Estimate, Fidelity, Simulation

_HOUR_US = 3_600_000_000
_FEW_HOURS = 10

ASSUMPTIONS = (
    "Tickets come exactly as recorded. Each goes a way drawn anew from those recorded of its level and priority:",
    "how long it waits, through which levels it goes, and how long it is worked on at each.",
    "A response is the moment at which somebody takes the ticket or answers it.",
    "A message about a ticket nobody has taken makes somebody take it, with that chance and after that time;",
    "an offer to a level, somebody of that level, the less likely the more offers that level gave back.",
    "Messages bring beginnings forward, not ends: what is said after a ticket was taken changes nothing.",
    "A level has as many people, each with as many tickets, as the record shows at its busiest; what is more waits,",
    "urgent tickets first. The queues of the day are in the recorded waits already.",
    "Resolved tickets come back as often as recorded, to the level that resolved them, and are worked on once more.",
    "Whether a rule applies is judged by the facts a ticket came with.",
)
NO_LEVELS = (
    "The history does not say at which level people worked (no team of it holds a level of the policy in force, and "
    "nobody claims), so all of them are one pool. To fit levels, name its teams as the teams of levels."
)


def as_text(found: Simulation) -> str:
    """The figures with their intervals, the assumptions, and how well the model reproduces the record."""
    habits = f"with a chance of {found.habits.heed:.0%}, after {found.habits.reaction_us / _HOUR_US:.2g} h on average"
    lines = [
        f"Simulated: {found.runs} runs of {found.tickets:,} tickets; a message is heeded {habits}",
        f"  {'':<46} {'before':>18} {'after':>18} {'difference':>20}",
    ]
    lines += [
        f"  {each.name[:46]:<46} {_said(each.before):>18} {_said(each.after):>18} {_said(each.difference, '+'):>20}"
        for each in found.figures
    ]
    lines += [*_fitted(found), "It assumes:", *(f"  {line}" for line in ASSUMPTIONS)]
    lines.append("How well the model, without any messages, gives back what is recorded (hours of working time):")
    lines += [
        f"  {each.name[:22]:<22} {each.quantile:>4.0%}  recorded {each.recorded:>10,.2f}  modelled "
        f"{_said(each.modelled):>18}"
        for each in found.fidelity
    ]
    return "\n".join(lines) + "\n"


def fidelity_pictures(found: Simulation) -> list[str]:
    """The recorded quantiles beside the modelled ones, one picture for each thing that is measured."""
    names = dict.fromkeys(each.name for each in found.fidelity)
    return [_fidelity_picture([each for each in found.fidelity if each.name == name]) for name in names]


def _fidelity_picture(of_one: Sequence[Fidelity]) -> str:
    """In hours of working time, in minutes where all are short."""
    longest = max(max(each.recorded, each.modelled.mean) for each in of_one)
    unit, each_hour = ("minutes", 60) if longest < _FEW_HOURS else ("hours", 1)
    rows = [
        (f"{each.quantile:.0%} took at most", round(each.recorded * each_hour), round(each.modelled.mean * each_hour))
        for each in of_one
    ]
    title = f"{of_one[0].name.capitalize()}: does the model give back what is recorded? ({unit} of working time)"
    return paired_bars(title, rows, ("recorded", "modelled"))


def _fitted(found: Simulation) -> Iterator[str]:
    yield "Fitted to the history:"
    if not found.knows_levels:
        yield f"  {NO_LEVELS}"
    yield f"  {'level':<20} {'people':>7} {'tickets each':>13} {'median work':>16} {'gave back':>10} {'came back':>10}"
    for each in found.fitted:
        staff = each.staff
        yield (
            f"  {each.level[:20]:<20} {staff.agents:>7,} {staff.each:>13,} {each.service:>14,.1f} h "
            f"{staff.returned:>10.1%} {staff.reopened:>10.1%}"
        )


def _said(value: Estimate, sign: str = "") -> str:
    return f"{value.mean:{sign},.2f} ± {value.margin:,.2f}"
