"""What the course promises, measured: `python -m bench [pages] [explorers] [training] [claims]`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))  # the list of pages, and what drives JupyterLab in a browser
