"""Random and sampled statistics (随机统计、抽样统计: S1-13): who is drawn, and what the sample says of everybody.

Everybody counted in the place and year is numbered from 1 in the order of registration. Each number's lot is the
SHA-256 of seed and number; those with the smallest lots are drawn. A share's interval is Wilson's at 95 %, an
average's the normal one, both with the correction for a finite population.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from heapq import nsmallest
from math import sqrt
from statistics import fmean, pvariance

from ceportal.kernel.rules.refusal import Refusal
from ceportal.office.enums import Standing

LEAST, MOST = 30, 2000
_Z = 1.96
METHOD = (
    "简单随机抽样：范围内当年统计到的人员按登记先后编号为 1 至 N，编号的签是“种子|编号”的 SHA-256，取签最小的 n 个。",
    "种子在抽取时随机产生，写在本表上；用同样的种子和名册可以重新抽一遍，结果相同。",
    "比例的 95% 置信区间用 Wilson 公式，平均数的用正态近似，都按有限总体作了修正。",
    "“全体统计”是同一时刻对全部人员的统计，供核对抽样的准确程度。",
)


@dataclass(frozen=True)
class Share:
    """Per cent, one decimal: what the sample says, and between what the whole lies in 95 of 100 draws."""

    found: Decimal
    low: Decimal
    high: Decimal


def reasons_not_to_draw(*, size: int, people: int) -> Iterator[Refusal]:
    if people < LEAST:
        yield Refusal("too_few", f"范围内只有 {people} 人，不到 {LEAST} 人，请直接看全体统计。", field="size")
    elif not LEAST <= size <= MOST:
        yield Refusal("size", f"样本人数请填 {LEAST} 至 {MOST}。", field="size")
    elif size > people:
        yield Refusal("size", f"范围内只有 {people} 人，样本不能比它多。", field="size")


def drawn(people: int, size: int, seed: str) -> list[int]:
    """The numbers drawn of 1 … `people`, in order."""
    return sorted(nsmallest(size, range(1, people + 1), key=lambda number: _lot(seed, number)))


def share_of(hits: int, size: int, people: int) -> Share:
    """Of a sample of `size` out of `people`, `hits` were so."""
    rate, squared = hits / size, _Z * _Z * _left_out(size, people)
    middle = (rate + squared / (2 * size)) / (1 + squared / size)
    half = sqrt(squared) * sqrt(rate * (1 - rate) / size + squared / (4 * size * size)) / (1 + squared / size)
    return Share(_percent(rate), _percent(max(0.0, middle - half)), _percent(min(1.0, middle + half)))


def average_of(values: Sequence[Decimal], people: int) -> Share:
    """Of hours: their mean, and between what that of everybody lies."""
    mean, size = fmean(values), len(values)
    half = _Z * sqrt(pvariance(list(map(float, values))) / size * _left_out(size, people))
    return Share(_tenth(mean), _tenth(max(0.0, mean - half)), _tenth(mean + half))


def lines_of(standings: Sequence[str], people: int, whole: Mapping[str, int]) -> list[list[str]]:
    """Each standing with its share in the sample, the interval, and the share of everybody."""
    rows = []
    for standing in Standing:
        hits = standings.count(str(standing))
        share = share_of(hits, len(standings), people)
        told = _percent(whole.get(str(standing), 0) / people)
        rows.append([str(standing.label), str(hits), f"{share.found}", f"{share.low} 至 {share.high}", f"{told}"])
    return rows


def _left_out(size: int, people: int) -> float:
    """How much of the population was not drawn: nothing is uncertain when everybody was."""
    return (people - size) / (people - 1) if people > 1 else 0.0


def _lot(seed: str, number: int) -> bytes:
    return hashlib.sha256(f"{seed}|{number}".encode()).digest()


def _percent(share: float) -> Decimal:
    return _tenth(share * 100)


def _tenth(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
