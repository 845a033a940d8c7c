# Keys, the store of results on disk, and the workers that make what the store does not have.
# Nothing here knows what a scenario or a figure is. `worker` is left out on purpose: it is the program of the
# child processes (`python -m mkdocs_worldmodel.build.worker`) and must not be imported before it is run.

from mkdocs_worldmodel.build.entry import Entry, Staging
from mkdocs_worldmodel.build.jobs import Jobs, JobStats, NoJobs
from mkdocs_worldmodel.build.keys import digest_of_file, key_of
from mkdocs_worldmodel.build.store import Removed, Store, StoreInfo
from mkdocs_worldmodel.build.watch import Watch

__all__ = [
    "Entry",
    "JobStats",
    "Jobs",
    "NoJobs",
    "Removed",
    "Staging",
    "Store",
    "StoreInfo",
    "Watch",
    "digest_of_file",
    "key_of",
]
