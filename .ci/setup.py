"""Installs what the project needs; run by ``make setup`` with the system's python3.

Only the standard library, and a syntax that an old python3 can read far enough
to be told that it is too old. Arguments: ``runtime`` or ``dev``.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}

# Debian's package and the library in it; all three belong to the PDF.
LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
# What the browser tests drive, and a small font so that it can show Chinese.
BROWSER = {
    "chromium": "/usr/bin/chromium",
    "fonts-droid-fallback": "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
}


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stop(text):
    sys.stderr.write(text + "\n")
    raise SystemExit(1)


def main(kind):
    if sys.version_info < (3, 11):
        use_newer_python(kind)
    install_packages(kind)
    missing = [name for name, library in LIBRARIES.items() if not loads(library)]
    if missing and not apt_install(missing, "PDF 需要的系統程式庫"):
        say(
            "缺少 PDF 需要的系統程式庫：請安裝 {}（PDF 以外的功能不受影響）。".format(
                "、".join(missing)
            )
        )
    if kind == "dev":
        absent = [name for name, path in BROWSER.items() if not Path(path).exists()]
        installed = not absent or apt_install(absent, "瀏覽器測試需要的套件")
        if not installed and "chromium" in absent:
            stop("瀏覽器測試需要 Chromium：請先安裝 {}。".format("、".join(absent)))


def use_newer_python(kind):
    for name in ("python3.13", "python3.12", "python3.11"):
        path = shutil.which(name)
        if path:
            os.execv(path, [path, __file__, kind])
    version = ".".join(map(str, sys.version_info[:2]))
    stop(f"需要 Python 3.11 以上，這裡的 python3 是 {version}：請安裝較新的 Python。")


def install_packages(kind):
    """Bring ``.venv`` to the state of the lock; nothing to do costs nothing."""
    lock = ROOT / LOCKS[kind]
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{kind}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    make_venv()
    say(f"安裝 Python 套件（{lock.name}）：")
    started = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--require-hashes", "-r", str(lock)]
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout:
            said.append(line)
            if line.startswith("Collecting "):
                say("  " + line.split()[1].split("==")[0])
            elif line.startswith("Installing collected"):
                say("  全部下載完成，正在安裝……")
    if pip.returncode != 0:
        sys.stderr.writelines(said[-15:])
        stop("Python 套件安裝失敗（原因如上）：請確認網路可連到套件庫，再執行一次。")
    stamp.write_text(digest)
    say(f"套件安裝完成（{time.monotonic() - started:.0f} 秒）。")


def make_venv():
    if works(PYTHON, "import pip"):
        return
    if not works(Path(sys.executable), "import ensurepip, venv"):
        package = "python3-venv"
        if not apt_install([package], "建立虛擬環境的工具"):
            stop(f"這個 Python 不能建立虛擬環境：請先安裝 {package}。")
    say("建立虛擬環境 .venv……")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        lines = (made.stdout + made.stderr).strip().splitlines() or ["沒有說明"]
        stop(f"虛擬環境建立失敗（{lines[-1]}）：請確認磁碟可寫入且空間足夠。")


def works(python, statement):
    if not python.exists():
        return False
    tried = subprocess.run(
        [str(python), "-c", statement], capture_output=True, check=False
    )
    return tried.returncode == 0


def loads(library):
    if sys.platform == "darwin":
        library = library.replace(".so.0", ".0.dylib")
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_install(packages, purpose):
    """Whether apt could install ``packages``; asks nobody anything."""
    if not shutil.which("apt-get"):
        return False
    become_root = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return False
        become_root = ["sudo", "-n"]
        if subprocess.run([*become_root, "true"], capture_output=True).returncode:
            return False
    say("以 apt 安裝{}：{}……".format(purpose, "、".join(packages)))
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]
    subprocess.run([*apt, "update"], capture_output=True, check=False)
    done = subprocess.run(
        [*apt, "install", "-y", "--no-install-recommends", *packages],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write("\n".join(done.stderr.strip().splitlines()[-5:]) + "\n")
    return done.returncode == 0


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
