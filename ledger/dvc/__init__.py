"""DVC: the only package that imports it.

Resolving a pipeline happens in any process; what changes a work tree (`reproduce`, `checkout`) is called in the
worker process alone (`run/worker.py`), because it changes the current directory. DVC's API is not documented,
so every use of it is a function here.
"""

import os

os.environ.setdefault("DVC_NO_ANALYTICS", "1")
