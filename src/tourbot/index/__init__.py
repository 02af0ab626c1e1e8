"""Chroma as an immutable generation, built from the catalogue and switched to in one step.

    var/index/current             name of the generation in use (replaced atomically)
    var/index/gen-000007/         manifest.json, chroma/, lexical/, dates.json, words.json,
                                  documents.db
    var/index/building-…/         a build that has not finished: litter after a crash

Chroma's files do not survive a kill during a flush, and a process that reads what another writes
gets stale or failing answers; so a generation is written once, in a folder of its own, checked in a
child process (damage can crash the process that looks), and only then becomes current. Whoever
opens it compares its files with the digests in its manifest, and gives Chroma, which writes
whenever it opens a folder, a copy of its own.
"""

from tourbot.index.building import IndexStore
from tourbot.index.generation import Generation
from tourbot.index.manifest import Fingerprint, Manifest, check_fingerprint

__all__ = ["Fingerprint", "Generation", "IndexStore", "Manifest", "check_fingerprint"]
