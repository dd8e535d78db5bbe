"""A DagSpec as canonical JSON, and back.

Equal DAGs give equal bytes, on any machine and in any process: keys are sorted, defaults are left out, times
are UTC in one format, memory addresses in texts are masked. So the hash of the bytes (``digest``) names the
version.

The bytes are an envelope, ``{"dag": …, "version": 2}``. ``decode`` lifts older envelopes step by step (a
table of functions) and raises SpecVersionError for one that a newer Tradewind wrote, or for bytes that are
none.

``drift`` compares two versions that differ only because the DAG file looks at the clock.
"""

from tradewind.domain.codec.drift import same_but_for_the_clock
from tradewind.domain.codec.envelope import VERSION, decode, digest, encode

__all__ = ["VERSION", "decode", "digest", "encode", "same_but_for_the_clock"]
