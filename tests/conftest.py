"""Settings of the whole suite."""

from __future__ import annotations

import os

from hypothesis import settings

# Everyone draws the same examples, so that a red run is red for all; HYPOTHESIS_PROFILE=explore
# looks for new ones.
settings.register_profile("steady", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
