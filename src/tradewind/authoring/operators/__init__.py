"""Operators that come with Tradewind. Each loads what it needs when it executes, so that importing one is
cheap.
"""
