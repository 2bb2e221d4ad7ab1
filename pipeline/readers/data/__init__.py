"""Formats that are JSON, a module each."""
