"""Names for files, Terraform identifiers and cloud resources, made from names that may hold anything."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

FILE_LIMIT = 60  # with the longest suffix (-instance.md) a file name stays below 80 characters
IDENTIFIER_LIMIT = 40
CLOUD_LIMIT = 60
TAG_LIMIT = 128
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that tell apart two texts which look alike once cleaned."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def slug(text: str, limit: int = FILE_LIMIT) -> str:
    """A safe file name: ASCII letters, digits, ``.``, ``_``, ``-``; with a short hash where anything had to change."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9._-]+", "-", plain)).strip("-.") or "x"
    safe = re.sub(r"\.{2,}", ".", safe)
    if safe == text and len(safe) <= limit and not _RESERVED.match(safe):
        return safe
    return f"{safe[: limit - 9].rstrip('-.') or 'x'}-{short_hash(text)}"


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A file name for each name; two never share one, not even where the file system ignores case."""
    result: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        if name in result:
            continue
        chosen = slug(name)
        if chosen.casefold() in used:
            chosen = f"{chosen[: FILE_LIMIT - 9]}-{short_hash(name)}"
        used.add(chosen.casefold())
        result[name] = chosen
    return result


def identifier(text: str, limit: int = IDENTIFIER_LIMIT) -> str:
    """A Terraform identifier (``[a-z][a-z0-9_]*``); texts that differ get identifiers that differ."""
    plain = re.sub(r"_{2,}", "_", re.sub(r"[^a-z0-9]+", "_", text.lower())).strip("_")
    if not plain or not plain[0].isalpha():
        plain = f"n_{plain}".rstrip("_")
    faithful = re.fullmatch(r"[a-z](-?[a-z0-9])*", text) is not None
    if faithful and len(plain) <= limit:
        return plain
    return f"{plain[: limit - 9].rstrip('_')}_{short_hash(text)}"


def pascal(text: str) -> str:
    """The identifier as ROS writes names: ``shop_web_policy`` → ``ShopWebPolicy``."""
    return "".join(part[:1].upper() + part[1:] for part in text.split("_"))


def cloud_name(*parts: str) -> str:
    """A name that every service accepts: a letter, then letters, digits, Chinese, ``.``, ``_``, ``-``; 2–60 long."""
    joined = "-".join(part for part in parts if part)
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9._\u4e00-\u9fa5-]+", "-", joined)).strip("-._")
    if not re.match(r"[A-Za-z\u4e00-\u9fa5]", safe) or safe.lower().startswith(("http", "auto", "acs", "aliyun")):
        safe = f"adv-{safe}".rstrip("-")
    if len(safe) <= CLOUD_LIMIT:
        return safe
    return f"{safe[: CLOUD_LIMIT - 9].rstrip('-._')}-{short_hash(joined)}"


def tag_value(text: str) -> str:
    """The text as a tag value: one line, at most 128 characters, none of the beginnings that Alibaba Cloud refuses."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") else char for char in text)
    plain = re.sub(r"(?i)https?://", "", plain).strip()
    if re.match(r"(?i)(aliyun|acs:)", plain):
        plain = f"x-{plain}"
    return plain[:TAG_LIMIT]
