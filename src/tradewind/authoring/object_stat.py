"""What an object store tells of an object, also by the names of ``os.stat``."""

from __future__ import annotations

import stat
from datetime import datetime
from typing import Any, Final

_CHANGED: Final = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""Where stores keep the moment of the last change; the first that is there counts."""
_KINDS: Final = {"file": stat.S_IFREG, "directory": stat.S_IFDIR}


class StatResult(dict[str, Any]):
    """A dict with attributes; what the store does not tell is 0."""

    st_dev = 0

    @property
    def st_size(self) -> int:
        """Bytes."""
        return int(self.get("size") or 0)

    @property
    def st_mtime(self) -> float:
        """When the content last changed, in seconds since 1970."""
        found = next((self[name] for name in _CHANGED if self.get(name)), 0)
        if isinstance(found, str):
            found = datetime.fromisoformat(found)
        return found.timestamp() if isinstance(found, datetime) else float(found)

    @property
    def st_mode(self) -> int:
        """Kind and permissions; where the store has no permissions, the kind."""
        return int(self.get("mode") or _KINDS.get(str(self.get("type")), 0))

    @property
    def st_uid(self) -> int:
        """The owner's number."""
        return int(self.get("uid") or 0)

    @property
    def st_gid(self) -> int:
        """The group's number."""
        return int(self.get("gid") or 0)

    @property
    def st_ino(self) -> int:
        """The number of the file in its file system."""
        return int(self.get("ino") or 0)

    @property
    def st_nlink(self) -> int:
        """How many names it has."""
        return int(self.get("nlink") or 0)
