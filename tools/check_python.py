"""Say in one line what to do when this Python cannot run the course. Runs even on Python 2.7."""

import os
import struct
import sys

OLDEST, NEWEST = (3, 11), (3, 14)


def problem():
    """Return what is wrong and what to do about it, or None."""
    again = "py -3.13 tools\\install.py" if os.name == "nt" else "make lab PYTHON=python3.13"
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return "Python %d.%d cannot run the course: install Python 3.11 to 3.14 and run '%s'." % (
            sys.version_info[0],
            sys.version_info[1],
            again,
        )
    if struct.calcsize("P") < 8:
        return (
            "This Python has 32 bits, and PyTorch needs 64: "
            "install a 64-bit Python 3.11 to 3.14 and run '%s'." % again
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        install = "install it (Debian: 'sudo apt install python3-venv') and run again."
        return "This Python has no venv module: " + install
    return None


if __name__ == "__main__":
    sys.exit(problem())
