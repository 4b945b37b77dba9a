"""Which resources the owner's words mean: declared matches, exclusions, and the tags that name an application."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from functools import cached_property, lru_cache

from advisor.graph.index import Estate
from advisor.model.inventory import Resource
from advisor.model.targets import Match, Targets, WorkloadSpec

APPLICATION_KEYS: tuple[str, ...] = (
    "app", "application", "app_name", "appname", "应用", "应用名", "应用名称", "service", "服务", "workload",
    "biz", "business", "业务", "业务系统", "system", "系统", "project", "项目", "项目名称",
)  # fmt: skip
ENVIRONMENT_KEYS: tuple[str, ...] = ("env", "environment", "stage", "环境")
SYSTEM_TAG_PREFIXES: tuple[str, ...] = ("acs:", "aliyun", "ack.", "kubernetes", "k8s.", "ehpc", "eci:", "ros-")
_NO_VALUES = frozenset({"", "default", "none", "null", "-", "n/a", "na", "unknown", "默认", "无"})
_DEFAULT_NAME = re.compile(
    r"^(launch-advisor-\d+|iz[0-9a-z]{15,}z?|ess-asg-.*|worker-k8s-for-cs-.*|auto_named_slb|a[0-9a-f]{31,32}"
    r"|(?:i|d|lb|alb|nlb|sgp|rsp|rm|r|asg|eip|s|vpc|vsw|sg|pc)-[0-9a-z]{8,}|managedk8sslbintranet|untitled|default)"
    r"(?:[-_]\d+)?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=2**17)
def is_default_name(name: str) -> bool:
    """Whether a name was given by a console, a pool or a template and says nothing about the application."""
    return not name.strip() or _DEFAULT_NAME.match(name.strip()) is not None


def tag_value(tags: Mapping[str, str], keys: Iterable[str]) -> str | None:
    """The value of the first of these tag keys (upper or lower case) that says something; system tags never do."""
    if not tags:
        return None
    own = {key.strip().lower(): value.strip() for key, value in tags.items() if not _is_system(key)}
    return next((own[key] for key in keys if own.get(key, "").lower() not in _NO_VALUES), None)


def _is_system(key: str) -> bool:
    return key.lower().startswith(SYSTEM_TAG_PREFIXES)


@dataclass(frozen=True)
class Matcher:
    """Finds what each declared workload matches, without comparing every resource with every workload."""

    estate: Estate
    targets: Targets

    @cached_property
    def matches(self) -> Mapping[str, tuple[str, ...]]:
        """Resource → names of the declared workloads that match it, in the order of the file."""
        found: dict[str, list[str]] = defaultdict(list)
        for spec in self.targets.workloads:
            for resource in sorted(set(self._candidates(spec.match))):
                found[resource].append(spec.name)
        return {resource: tuple(names) for resource, names in found.items()}

    @cached_property
    def excluded(self) -> frozenset[str]:
        """Ids left out on purpose, by id or by name, with what hangs on an instance left out."""
        asked = {item.resource for spec in self.targets.workloads for item in spec.exclude}
        if not asked:
            return frozenset()
        direct = {item.id for item in self.estate.everything() if item.id in asked or item.name in asked}
        attached = {disk for owner in direct for disk in self.estate.disks_of.get(owner, ())}
        disks = {disk for disk in attached if self._only_in(disk, direct)}
        eips = {eip for owner in direct for eip in self.estate.eips_of.get(owner, ())}
        return frozenset(direct | disks | eips | asked)

    def _only_in(self, disk: str, owners: set[str]) -> bool:
        resource = self.estate.get(disk)
        return resource is not None and set(resource.texts("instance_ids")) <= owners

    def spec_of(self, name: str) -> WorkloadSpec | None:
        return self.targets.spec(name)

    def _candidates(self, match: Match) -> Iterator[str]:
        yield from (item for item in match.resources if self.estate.has(item))
        yield from self._globbed(match.resources)
        yield from self._named(match)
        if match.tags:
            yield from (item for item in self._tagged(match.tags) if self._in_vpc(item, match.vpc))
        elif match.vpc and not match.names and not match.resources:
            yield from (item.id for item in self.estate.everything() if self._in_vpc(item.id, match.vpc))

    def _globbed(self, patterns: tuple[str, ...]) -> Iterator[str]:
        globs = [pattern for pattern in patterns if any(sign in pattern for sign in "*?[")]
        if globs:
            fits = re.compile("|".join(map(translate, globs)))
            yield from (item.id for item in self.estate.everything() if fits.match(item.id))

    def _named(self, match: Match) -> Iterator[str]:
        if not match.names:
            return
        fits = re.compile("|".join(map(translate, match.names)))
        for item in self.estate.everything():
            if (fits.match(item.name) or fits.match(item.id)) and self._in_vpc(item.id, match.vpc):
                yield item.id

    def _in_vpc(self, resource_id: str, vpc: str | None) -> bool:
        resource = self.estate.get(resource_id)
        return vpc is None or (resource is not None and vpc in (resource.id, self.estate.vpc_of(resource)))

    @cached_property
    def _by_tag_key(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for kind, table in self.estate.tables.tables.items():
            for row in self.estate.rows(kind)[1]:
                for key in table.tags[row]:
                    found[key].append(self.estate.tables[table.ids[row]])
        return found

    def _tagged(self, tags: Mapping[str, str]) -> Iterator[str]:
        first = min(tags, key=lambda key: len(self._by_tag_key.get(key, ())))
        for resource in self._by_tag_key.get(first, ()):
            if all(fnmatchcase(resource.tags.get(key, "\0"), value) for key, value in tags.items()):
                yield resource.id
