"""Many transcripts: which there are, which need notes, and making these, here or wherever."""
