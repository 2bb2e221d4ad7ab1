"""Readers of JSON formats and of YAML lists, one module each, and what they share."""
