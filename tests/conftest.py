"""What holds for every test."""

import os

from hypothesis import settings

# Machines are noisy: no property fails for being slow. In CI the same examples are tried each time.
settings.register_profile("steady", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "steady")
