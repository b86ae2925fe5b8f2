"""kill -9 at 200 random points of a pull: it resumes, and no file with a wrong checksum has a name.

The test tests/e2e/store/kill_test.py, with more kills.
"""

import os
import pathlib
import subprocess
import sys

TEST = pathlib.Path(__file__).resolve().parents[1] / "e2e/store/kill_test.py"

if __name__ == "__main__":
    environment = {**os.environ, "BANTAM_KILLS": os.environ.get("BANTAM_KILLS", "200")}
    sys.exit(subprocess.run([sys.executable, "-B", TEST], env=environment).returncode)
