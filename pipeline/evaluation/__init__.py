"""Deterministic scores of study documents: alone, against human notes, and compared in pairs. They use no model."""
