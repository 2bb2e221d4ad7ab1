"""Reviewing generated notes: decisions as events, a local page for making them, and what was accepted as a document."""
