"""Sensors that come with Tradewind; each waits by ``poke``, see ``authoring.sensor``."""
