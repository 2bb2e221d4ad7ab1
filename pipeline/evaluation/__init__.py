"""Deterministic scores of study documents, alone, against people's own notes, and side by side. No model is asked."""
