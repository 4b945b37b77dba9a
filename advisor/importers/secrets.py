"""Credentials are never kept: names and values that look like one."""

from __future__ import annotations

import re
from typing import Final

from advisor.importers.fields import plain

_NAMES: Final = re.compile(
    r"passw(or)?d|passwd|^pwd$|pwd$|passphrase|(?<!by)(?<!com)pass$|secret|accesskey|privatekey|presharedkey|psk$|keymaterial"
    r"|userdata|credential|token$|apikey|certificate(body|key)|密码|密钥|口令"
)
_KEY: Final = re.compile(
    r"LTAI[0-9A-Za-z]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bSTS\.[0-9A-Za-z]{16,}"
    r"|\w://[^/\s:@]*:[^/\s@]+@|(?i:\b(?:pwd|passwd|password|secret)\s*=\s*[^\s;,]+)"
)
"""Access keys, private keys, and connection texts with a password in them (``mysql://user:password@host``)."""


def is_secret_name(name: str) -> bool:
    """Whether a field of this name may hold a credential."""
    return _NAMES.search(plain(name)) is not None


def looks_like_key(value: str) -> bool:
    """Whether the text holds an access key or a private key."""
    return _KEY.search(value) is not None
