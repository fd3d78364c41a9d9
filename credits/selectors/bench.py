"""The bench at which years are judged: the regulation and what is known of each person, read once for many people.

A closed year is judged by the place, level and trade of its 31 December, the running one by those of today (A19).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Protocol, Self

from django.utils import timezone

from accounts.models import Area
from accounts.selectors.history import History, histories
from accounts.selectors.learners import Learner, Person
from accounts.selectors.people import employers_of
from credits.models import YearAccount
from credits.rules.declaring import Limits
from credits.rules.limits import limits_in
from credits.rules.obligation import Grant, PersonFacts, as_asked_of, begins_after_title, trades_begun_after_title
from credits.rules.requirements import Requirements
from credits.rules.ruleset import trade_of
from credits.selectors.obligations import grants_of
from credits.selectors.regulation import RuleBook, requirements, rule_book


@dataclass(frozen=True)
class Judged:
    """By what a person's year is judged."""

    area: Area
    level: str
    trade: str


class Judgeable(Protocol):
    """A year of a person with what it is judged by, whether it is the row itself or was read for many at once."""

    @property
    def professional(self) -> Person: ...

    year: int
    level: str
    trade: str


@dataclass
class Bench:
    """Each combination of place, year, level and trade is worked out once; people are read when first met.

    `learn` a whole set of people before judging them: then their number costs no query.
    """

    book: RuleBook
    now: datetime
    _asked: dict[tuple[str, int, str, str], Requirements | None] = field(default_factory=dict)
    _histories: dict[int, History] = field(default_factory=dict)
    _grants: dict[int, tuple[Grant, ...]] = field(default_factory=dict)
    _employers: dict[date | None, dict[int, int]] = field(default_factory=dict)
    _trades: dict[str, str] = field(default_factory=dict)
    _limits: dict[tuple[str, int, str, str], Limits | None] = field(default_factory=dict)

    @classmethod
    def of_day(cls, book: RuleBook, today: date) -> Self:
        """For who only asks and knows no moment: as of the beginning of a day."""
        return cls(book, timezone.make_aware(datetime.combine(today, time.min)))

    @cached_property
    def this_year(self) -> int:
        return timezone.localdate(self.now).year

    def learn(self, people: Iterable[Person], years: Iterable[int] = (0,)) -> None:
        """Read what was granted and, where `years` or a rule ask for it, what changed, of those not known yet."""
        everybody = list(people)
        self._learn_grants(everybody)
        if any(year < self.this_year for year in years):
            self._learn_histories(everybody)
        elif by_title := trades_begun_after_title(self.book):
            self._learn_histories([person for person in everybody if by_title & {"", self.trade(person)}])

    def know(self, person: Person, *, employer: int, is_eased: bool) -> None:
        """What was read of somebody elsewhere: their principal employer (0: none), and whether anything was granted."""
        self._employers.setdefault(None, {})[person.pk] = employer
        if not is_eased:
            self._grants[person.pk] = ()

    def forget_people(self) -> None:
        """Between the parts of a long round: what was worked out of the rules stays."""
        self._histories.clear()
        self._grants.clear()
        self._employers.clear()

    def asked(self, area: Area | str, year: int, level: str, trade: str) -> Requirements | None:
        """What the rule asks, of whomever. `area` may be a code."""
        key = (area.pk if isinstance(area, Area) else area, year, level, trade)
        if key not in self._asked:
            self._asked[key] = requirements(area, year, level, trade, book=self.book)
        return self._asked[key]

    def limits_where_now(self, person: Person, year: int) -> Limits | None:
        """What of that bears on when and how much is declared."""
        key = (person.area_id, year, person.title_level, self.trade(person))
        if key not in self._limits:
            asked = self.asked_where_now(person, year)
            self._limits[key] = limits_in(asked) if asked else None
        return self._limits[key]

    def asked_where_now(self, person: Person, year: int) -> Requirements | None:
        """What the rule asks where a person is now, of people who need not be known."""
        return self.asked(person.area, year, person.title_level, self.trade(person))

    def asked_of(self, person: Person, year: int) -> Requirements | None:
        """What the year asks of this person: less, or nothing, where there is a ground. A closed year asks what its
        account was judged by, where there is one.
        """
        if year < self.this_year:
            closed = YearAccount.objects.filter(professional=person.pk, year=year).select_related("area").first()
            if closed:
                return self.asked_at(person, closed.area, year, closed.level, closed.trade)
        judged = self.judged(person, year)
        return self.asked_at(person, judged.area, year, judged.level, judged.trade)

    def asked_in(self, account: Judgeable, area: Area) -> Requirements | None:
        """What the year asks of an account's person by the place, level and trade that stand in the account."""
        return self.asked_at(account.professional, area, account.year, account.level, account.trade)

    def asked_at(self, person: Person, area: Area | str, year: int, level: str, trade: str) -> Requirements | None:
        return self._eased(self.asked(area, year, level, trade), person, trade)

    def judged(self, person: Person, year: int) -> Judged:
        """Place, level and trade: of today in the running year, of its last day in a closed one (A19)."""
        if year >= self.this_year:
            return Judged(person.area, person.title_level, self.trade(person))
        then = self._history(person).on(date(year, 12, 31))
        return Judged(then.area, then.title_level, self._trade_in(then.title_series))

    def employer(self, person: Person, year: int) -> int | None:
        """The key of the principal employer, now or at the end of a closed year.

        Nothing is known of the time before the first registered employment: the present one stands for it.
        """
        now = self._employer(person, None)
        return now if year >= self.this_year else self._employer(person, date(year, 12, 31)) or now

    def learn_employers(self, people: Iterable[Person], years: Iterable[int]) -> None:
        """The principal employers of all of them, now and at the ends of those years that are closed."""
        keys = [person.pk for person in people]
        self._employers.setdefault(None, {}).update(
            (person.pk, person.employer_id or 0) for person in people if isinstance(person, Learner)
        )
        days = {date(year, 12, 31) for year in years if year < self.this_year}
        for day in (None, *sorted(days)):
            known = self._employers.setdefault(day, {})
            if new := [key for key in keys if key not in known]:
                known |= dict.fromkeys(new, 0) | employers_of(new, day)

    def trade(self, person: Person) -> str:
        series = person.title_series.name if person.title_series else ""
        if series not in self._trades:
            self._trades[series] = self._trade_in(series)
        return self._trades[series]

    def _eased(self, found: Requirements | None, person: Person, trade: str) -> Requirements | None:
        if found is None:
            return None
        if person.pk not in self._grants:
            self._learn_grants([person])
        if person.left_at is None and not self._grants[person.pk] and not begins_after_title(found):
            return found
        left_on = timezone.localdate(person.left_at) if person.left_at else None
        titled_on = self._titled_on(person, trade) if begins_after_title(found) else None
        return as_asked_of(found, PersonFacts(titled_on, left_on, self._grants[person.pk]))

    def _titled_on(self, person: Person, trade: str) -> date | None:
        """When the first title of the trade was obtained, where that is known."""
        titles = self._history(person).titles_in_turn()
        of_trade = (title for title in titles if self._trade_in(title.title_series) == trade)
        return next((title.title_since for title in of_trade if title.title_level != "无"), None)

    def _trade_in(self, series: str) -> str:
        return trade_of(series, {rule.trade for rule in self.book})

    def _history(self, person: Person) -> History:
        self._learn_histories([person])
        return self._histories[person.pk]

    def _learn_histories(self, people: Iterable[Person]) -> None:
        if new := [person for person in people if person.pk not in self._histories]:
            self._histories |= histories(new)

    def _learn_grants(self, people: Iterable[Person]) -> None:
        if new := [person.pk for person in people if person.pk not in self._grants]:
            granted = grants_of(new)
            self._grants |= {person: granted.get(person, ()) for person in new}

    def _employer(self, person: Person, on: date | None) -> int | None:
        known = self._employers.setdefault(on, {})
        if person.pk not in known:
            known[person.pk] = employers_of([person.pk], on).get(person.pk, 0)
        return known[person.pk] or None


def requirements_of(
    professional: Person, year: int, *, today: date, book: RuleBook | None = None
) -> Requirements | None:
    """What `year` asks of a person, as it stands `today`: their place and level, what was granted."""
    rules = rule_book() if book is None else book
    return Bench.of_day(rules, today).asked_of(professional, year)
