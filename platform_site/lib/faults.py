"""Why the system refused something, in words for people."""

import errno

_WORDS = {
    errno.EACCES: "沒有權限",
    errno.EPERM: "沒有權限",
    errno.ENOENT: "找不到這個檔案或資料夾",
    errno.EISDIR: "這是資料夾，不是檔案",
    errno.ENOTDIR: "路徑中有檔案被當成資料夾",
    errno.ENOSPC: "磁碟空間不足",
    errno.EROFS: "磁碟只能讀取",
    errno.ENAMETOOLONG: "檔名太長",
    errno.EADDRNOTAVAIL: "這部電腦沒有這個位址",
}


def reason(error: OSError) -> str:
    """Return why, for the brackets of a sentence; the system's own words else."""
    known = _WORDS.get(error.errno or 0)
    return known or error.strerror or str(error)
