"""Partitions of assets as data: how keys are mapped, and which keys make up a window.

``domain/partitions`` computes with them.
"""

from __future__ import annotations

import msgspec


class Window(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one key downstream is made of: the minutes of an ``hour``, the hours of a ``day``, the days of a
    ``week`` or ``month``, the months of a ``quarter`` or ``year``, the listed ``segments``, or what the class
    ``name`` of a ``plugin`` says.

    ``backward``: the span that ends with the key rather than the one that begins with it.
    """

    unit: str
    backward: bool = False
    segments: tuple[str, ...] = ()
    name: str = ""
    data: dict[str, object] = {}


class _Mapper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of all; ``max_downstream_keys`` bounds what one key may be mapped to."""

    max_downstream_keys: int | None = None


class IdentityMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="identity"):
    """The key as it is."""


class StartOfMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="start_of"):
    """A moment to the beginning of its ``unit`` (hour, day, week, month, quarter, year) in a time zone."""

    unit: str
    timezone: str = "UTC"
    input_format: str = "%Y-%m-%dT%H:%M:%S"
    output_format: str


class FixedKeyMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="fixed_key"):
    """Every key to the same one."""

    downstream_key: str


class AllowedKeyMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="allowed_key"):
    """The key as it is, if it is one of these."""

    allowed_keys: tuple[str, ...]


class ProductMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="product"):
    """A key of several parts: a mapper for each."""

    mappers: tuple[Mapper, ...]
    delimiter: str = "|"


class ChainMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="chain"):
    """One mapper after the other."""

    mappers: tuple[Mapper, ...]


class FanOutMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="fan_out"):
    """One key to all keys of a window, each written by ``downstream_mapper``."""

    upstream_mapper: Mapper
    window: Window
    downstream_mapper: Mapper


class RollupMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="rollup"):
    """Many keys to one, which waits for those of its window.

    ``minimum``: None waits for all; a positive number for so many; a negative one for all but so many.
    """

    upstream_mapper: Mapper
    window: Window
    minimum: int | None = None


class PluginMapper(_Mapper, frozen=True, kw_only=True, omit_defaults=True, tag="plugin"):
    """A mapper class registered by a plug-in; computed in the plug-in host, never in the scheduler.

    ``rollup``: it waits for the keys of a window, ``minimum`` of them as in RollupMapper, or as many as its
    own policy says when asked (``asks_policy``). ``carries``: it says which moment a run downstream has from
    that of the run upstream.
    """

    name: str
    data: dict[str, object] = {}
    rollup: bool = False
    minimum: int | None = None
    asks_policy: bool = False
    carries: bool = False


Mapper = (
    IdentityMapper
    | StartOfMapper
    | FixedKeyMapper
    | AllowedKeyMapper
    | ProductMapper
    | ChainMapper
    | FanOutMapper
    | RollupMapper
    | PluginMapper
)
