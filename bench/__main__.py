"""`python -m bench [NAME …]` runs the benchmarks of this folder, or those named."""

import importlib
import sys
from pathlib import Path

names = sys.argv[1:] or sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
for name in names:
    print(f"== {name}", flush=True)
    importlib.import_module(f"bench.{name}").main()
