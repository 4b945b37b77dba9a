"""Quantities of an inventory with the range that each can have: what lies outside is no quantity of a resource, counts
as unknown and is said. A negative, zero or absurd size would else pass for one, and plans would rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from advisor.importers.convert import (
    as_cores,
    as_count,
    as_days,
    as_gib,
    as_ints,
    as_mbps,
    as_mib,
    as_mib_a_second,
    as_number,
    as_seconds,
    as_text,
    gib_of_bytes,
)
from advisor.importers.fields import Convert
from advisor.model.schedules import interval_s

_PLAIN_UP_TO: Final = 10**15
_BELOW_ZERO: Final = -0.001
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """A reader of one quantity: ``read`` gives the number, which must lie from ``least`` to ``most`` and be whole where
    ``whole``; ``unit`` words what is counted. Called as every reader; ``ValueError`` says value and expectation."""

    read: Convert
    unit: str
    least: float
    most: float
    whole: bool = False

    def __call__(self, value: object) -> object:
        """The number; ABSENT where nothing is said; ``ValueError`` where it is none that this quantity can have."""
        try:
            found = self.read(value)
        except ValueError as error:
            raise ValueError(f"{str(error).partition(';')[0]}; expected: {self.expected}") from None
        if isinstance(found, int | float) and not self.holds(found, found):
            given = value if isinstance(value, int | float) else found
            raise ValueError(f"is {_written(given)}; expected: {self.expected}")
        return found

    def holds(self, low: float, high: float) -> bool:
        """Whether numbers from ``low`` to ``high`` are in range (their being whole is looked at in ``low`` alone)."""
        return self.least <= low and high <= self.most and not (self.whole and low != int(low))

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
        number = "a whole number" if self.whole else "a number"
        return f"{number} {self.unit} from {self.least:,} to {self.most:,}"


@dataclass(frozen=True, slots=True)
class Choices:
    """A reader of a list of whole numbers, each from ``least`` to ``most``; ``unit`` words what they are."""

    unit: str
    least: int
    most: int

    def __call__(self, value: object) -> object:
        """The numbers; ABSENT where nothing is said; ``ValueError`` where one of them is none of these."""
        found = as_ints(value)
        expected = f"expected: {self.unit} from {self.least} to {self.most}"
        for number in found if isinstance(found, tuple) else ():
            if not self.least <= number <= self.most:
                raise ValueError(f"holds {_written(number)}; {expected}")
        return found


def _gib_of_bytes(value: object) -> object:
    """GiB of bytes, so that few bytes below zero are not rounded to none."""
    found = gib_of_bytes(value)
    return _BELOW_ZERO if found == 0 and str(found).startswith("-") else found


def _written(number: float) -> str:
    return f"{number:,}" if abs(number) < _PLAIN_UP_TO else f"{number:g}"


# The largest disk: 64 TiB (the top of ESSD sizes in the table of the CSI driver,
# https://github.com/kubernetes-sigs/alibaba-cloud-csi-driver/blob/8aacf9009bf92ff786b07ece73cc3a4d1e600ed5/pkg/disk/category.go).
DISK_GIB: Final = Quantity(as_gib, "of GiB", 1, 65_536, whole=True)
# The other bounds are no limits of the cloud: they lie far above whatever it sells, and tell a slip from a quantity.
STORAGE_GIB: Final = Quantity(as_gib, "of GiB", 0.001, 2**40)
STORAGE_GIB_OF_BYTES: Final = Quantity(_gib_of_bytes, "of GiB", 0, 2**40)
USED_GIB: Final = Quantity(as_gib, "of GiB", 0, 2**40)
CORES: Final = Quantity(as_cores, "of processors", 1, 10_000, whole=True)
DATABASE_CORES: Final = Quantity(as_cores, "of processors", 0.001, 10_000)
MEMORY_MIB: Final = Quantity(as_mib, "of MiB", 1, 2**30)
COUNT: Final = Quantity(as_count, "of things", 0, 10**9, whole=True)
PORT: Final = Quantity(as_number, "that numbers a port", 0, 65_535, whole=True)
DAYS: Final = Quantity(as_days, "of days", -1, 100_000, whole=True)
"""How long something is kept; -1 is how the API says for ever."""
RATE: Final = Quantity(as_number, "of units a second", 0, 10**9)
THROUGHPUT: Final = Quantity(as_mib_a_second, "of MiB a second", 0, 10**9)
SECONDS: Final = Quantity(as_seconds, "of seconds", 0, 10**9)
MBPS: Final = Quantity(as_mbps, "of Mbit/s", 0, 10**9)
# TimePoints and RepeatWeekdays of a snapshot policy (DescribeAutoSnapshotPolicyEX, ecs 2014-05-26).
HOURS: Final = Choices("hours of the day", 0, 23)
WEEKDAYS: Final = Choices("days of the week, Monday being 1,", 1, 7)


def _days_kept(value: object) -> object:
    """Days for which something is kept: 0 is none, for then nothing would be."""
    found = as_days(value)
    if found == 0:
        raise ValueError("is 0")
    return found


# -1 or 1 to 65535 of a snapshot policy (fact snapshot.auto_policy.retention_range; 65536 by the Terraform docs); -1 or
# 3 to 7300 of PolarDB, 7 to 730 of RDS.
KEPT_DAYS: Final = Quantity(_days_kept, "of days (-1: for ever; never 0)", -1, 100_000, whole=True)
# 1 to 364635 of a rule of Cloud Backup (fact cloud_backup.policy.retention_max), where nothing stands for "for ever".
BACKUP_DAYS: Final = Quantity(as_days, "of days", 1, 400_000, whole=True)


def as_schedule(value: object) -> object:
    """A schedule of Cloud Backup, ``I|<start>|<interval>`` with an ISO 8601 interval (``PT1H``, ``P1D``), as written
    (fact cloud_backup.ecs_file.schedule_format); empty where none is set."""
    found = as_text(value)
    if isinstance(found, str) and found and interval_s(found) is None:
        raise ValueError(
            f"is '{found[:_SHOWN]}'; expected: I|<start>|<interval> with an interval from PT1M to P1Y, such as P1D"
        )
    return found
