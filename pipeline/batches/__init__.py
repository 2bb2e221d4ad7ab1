"""Many transcripts: finding them, telling which need notes, and writing these, on one machine or anywhere else."""
