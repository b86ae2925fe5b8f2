"""Runs a test of this folder with the Python of ./dev (BANTAM_PYTHON), which has the clients."""

import os
import subprocess
import sys

python = os.environ.get("BANTAM_PYTHON", sys.executable)
if not os.path.exists(python):
    python = sys.executable
sys.exit(subprocess.run([python, "-B", *sys.argv[1:]], check=False).returncode)
