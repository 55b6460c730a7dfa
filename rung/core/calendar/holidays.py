"""The days on which a calendar stays closed: a country's public holidays, or dates."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from holidays import HolidayBase, country_holidays, list_supported_countries
from holidays.registry import COUNTRIES

from rung.core.calendar.mistakes import Mistake
from rung.core.sentences import say
from rung.core.spelling import did_you_mean


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays of a country or a part of it (none without one), plus `add`, less `remove`.

    Public means the default category of the `holidays` package, with the days it moves from a weekend. The package
    knows each country for a range of years only (Germany: 1991 to 2100); outside it there are none.
    """

    country: str | None = None
    subdivision: str | None = None
    add: frozenset[date] = frozenset()
    remove: frozenset[date] = frozenset()

    def in_years(self, years: range) -> frozenset[date]:
        """Every closed day of those years."""
        if self.country is None:
            return self.add
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some countries warn outside the years they know
            public = country_holidays(self.country, subdiv=self.subdivision, years=years, expand=False)
        return (self.add | public.keys()) - self.remove

    @property
    def never(self) -> bool:
        """Whether no day is ever closed."""
        return self.country is None and not self.add


def parse_holidays(document: object, mistakes: list[Mistake]) -> Holidays:
    """Holidays from `{country, subdivision, add, remove}` or a list of dates; what is wrong goes to `mistakes`."""
    if document is None:
        return Holidays()
    if isinstance(document, list | tuple | set | frozenset):
        return Holidays(add=_parse_dates(document, ("holidays",), mistakes))
    if not isinstance(document, Mapping):
        mistakes.append(
            Mistake(
                ("holidays",),
                say('expected {country: "DE"} or a list of dates, got %(document)s', document=f"{document!r}"),
            )
        )
        return Holidays()
    add = _parse_dates(document.get("add"), ("holidays", "add"), mistakes)
    remove = _parse_dates(document.get("remove"), ("holidays", "remove"), mistakes)
    mistakes += [
        Mistake(("holidays", "remove"), say("%(both)s is both added and removed; keep one of them", both=both))
        for both in sorted(add & remove)
    ]
    country = _parse_country(document.get("country"), mistakes)
    subdivision = _parse_subdivision(document.get("subdivision"), country, mistakes)
    return Holidays(country, subdivision, add, remove)


def _parse_country(written: object, mistakes: list[Mistake]) -> str | None:
    if written is None:
        return None
    path = ("holidays", "country")
    if not isinstance(written, str):
        mistakes.append(
            Mistake(
                path, say('expected a country code in quotes such as "DE", got %(written)s', written=f"{written!r}")
            )
        )
        return None
    codes = list_supported_countries()
    if written in codes:
        return written
    by_name = {names[0].casefold(): names[1] for names in COUNTRIES.values()}
    code = by_name.get(written.replace(" ", "").casefold())
    suggestion = say('; did you mean "%(code)s"?', code=code) if code else did_you_mean(written, codes)
    mistakes.append(
        Mistake(
            path,
            say(
                'no holidays are known for the country "%(written)s"%(suggestion)s',
                written=written,
                suggestion=suggestion,
            ),
        )
    )
    return None


def _parse_subdivision(written: object, country: str | None, mistakes: list[Mistake]) -> str | None:
    """A part of the country by its code or one of its names."""
    if written is None:
        return None
    path = ("holidays", "subdivision")
    if country is None:
        if not any(mistake.path[-1:] == ("country",) for mistake in mistakes):
            mistakes.append(
                Mistake(path, say('the subdivision "%(written)s" needs a country beside it', written=written))
            )
        return None
    calendar: HolidayBase = country_holidays(country)
    names = {alias: code for code, aliases in calendar.get_subdivision_aliases().items() for alias in aliases}
    known = {code: code for code in calendar.subdivisions} | names
    if isinstance(written, str) and written in known:
        return written
    some = (
        say("; its parts are %(parts)s", parts=", ".join(calendar.subdivisions[:8]))
        if calendar.subdivisions
        else say("; it has no parts")
    )
    suggestion = did_you_mean(str(written), known) or some
    mistakes.append(
        Mistake(
            path,
            say(
                '"%(country)s" has no subdivision "%(written)s"%(suggestion)s',
                country=country,
                written=written,
                suggestion=suggestion,
            ),
        )
    )
    return None


def _parse_dates(document: object, path: tuple[str, ...], mistakes: list[Mistake]) -> frozenset[date]:
    if document is None:
        return frozenset()
    if not isinstance(document, list | tuple | set | frozenset):
        mistakes.append(
            Mistake(
                path, say("expected a list of dates such as [2026-12-24], got %(document)s", document=f"{document!r}")
            )
        )
        return frozenset()
    return frozenset(_each_date(document, path, mistakes))


def _each_date(document: Iterable[object], path: tuple[str, ...], mistakes: list[Mistake]) -> Iterable[date]:
    for position, written in enumerate(document):
        match written:
            case datetime():
                yield written.date()
            case date():
                yield written
            case _:
                try:
                    yield date.fromisoformat(str(written))
                except ValueError:
                    sentence = say('"%(written)s" is not a date; write it like 2026-12-24', written=written)
                    mistakes.append(Mistake((*path, position), sentence))
