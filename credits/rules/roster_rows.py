"""One row of a registered roster put right (S2-04, S2-13), and rows that are typed on the page instead of in a file."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.sheets import Cell, SheetRow
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.enums import RosterState, RowState
from credits.rules.rosters import COLUMNS, HOURS, ID_NUMBER, NAME, REMARK, RESULT
from credits.rules.typed import narrow

# What stands in the ledger or waits to; the hours of who is not registered yet cannot be changed, only taken back.
CORRECTABLE = frozenset({RowState.CREDITED, RowState.WAITING, RowState.HELD, RowState.DUPLICATE})
WITH_OTHER_HOURS = CORRECTABLE - {RowState.WAITING, RowState.DUPLICATE}
MOST_TYPED = 50
# Short enough to stand behind the name of the base in what the person is told.
WHY_LIMIT = 200
TYPED = {ID_NUMBER: "id_number", NAME: "name", HOURS: "hours", RESULT: "result", REMARK: "remark"}


def reasons_not_to_correct(roster: str, row: str, reason: str) -> Iterator[Refusal]:
    """Why nothing can be changed about a row now, or not with these words."""
    if roster != RosterState.DONE:
        yield Refusal("not_done", f"这份名单现在是“{RosterState(roster).label}”，不能更正。")
    elif row not in CORRECTABLE:
        yield Refusal("not_correctable", f"这一行现在是“{RowState(row).label}”，没有可以更正的学时。")
    if not reason.strip():
        yield Refusal("reason_missing", "请写明更正的原因，本人会看到。", field="reason")
    else:
        flat = reason.replace("\r", "").replace("\n", " ")
        yield from reasons_not_to_accept(flat, field="reason", label="原因", limit=WHY_LIMIT)


def reasons_not_to_change_hours(
    state: str, hours: Decimal, *, stood: Decimal | None, most: Decimal, is_filed: bool
) -> Iterator[Refusal]:
    """Why a row cannot have other hours: `stood` are those it has, `most` those of the class, or what was reviewed."""
    if state not in WITH_OTHER_HOURS:
        message = f"“{RowState(state).label}”的学时不能改，只能撤销这一行。"
        yield Refusal("only_taken_back", message, field="act")
    elif is_filed:
        message = "这条学时所在的月份已经备案，不能直接改。请先撤销这一行，人社部门办理后，再用补录名单登记正确的学时。"
        yield Refusal("is_filed", message, field="act", clause="S2-07")
    if hours > most:
        yield Refusal("over_class", f"最多 {most.normalize():f} 学时。", field="hours")
    elif hours == stood:
        yield Refusal("same", "与现在的学时相同。", field="hours")


def typed_rows(typed: Sequence[Mapping[str, str]]) -> list[SheetRow]:
    """What was typed, as a sheet would hold it: the headings, and each row by its number on the page, from 1 on."""
    heading = SheetRow(1, tuple(Cell(column) for column in COLUMNS))
    return [heading, *(SheetRow(number, _cells(row)) for number, row in enumerate(typed, 1))]


def _cells(row: Mapping[str, str]) -> tuple[Cell, ...]:
    """Digits as a phone writes them; a row that names nobody is blank, whatever its result was set to."""
    said = {column: row.get(name, "") for column, name in TYPED.items()}
    if not said[ID_NUMBER].strip() and not said[NAME].strip() and not said[HOURS].strip():
        return tuple(Cell() for _ in COLUMNS)
    said[ID_NUMBER], said[HOURS] = narrow(said[ID_NUMBER]), narrow(said[HOURS])
    return tuple(Cell(said[column]) for column in COLUMNS)
