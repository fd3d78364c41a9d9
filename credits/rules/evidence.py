"""What a declaration must show: which kinds of evidence an activity asks for, and which are there."""

from collections.abc import Iterable, Iterator, Sequence

from ceportal.kernel.rules.refusal import Refusal

OTHER = "其他材料"
MOST_FILES = 20


def labels_to_choose(asked: Sequence[str]) -> list[str]:
    """What a file of an activity that asks for `asked` can be said to show."""
    return [*asked, *([] if OTHER in asked else [OTHER])]


def missing_labels(asked: Sequence[str], given: Iterable[str]) -> list[str]:
    """The kinds of evidence asked for that no file shows yet: advice, the reviewer judges."""
    shown = set(given)
    return [label for label in asked if label not in shown]


def reasons_not_to_add(label: str, *, asked: Sequence[str], count: int) -> Iterator[Refusal]:
    """Why no further file with this label can be added to the `count` that are there."""
    if label not in labels_to_choose(asked):
        yield Refusal("label_unknown", "请选择这份材料是什么。", field="label")
    if count >= MOST_FILES:
        yield Refusal("too_many_files", f"一项申报最多附 {MOST_FILES} 份材料，可把几页合成一份 PDF。", field="files")
