"""Beyond one machine: transcripts spread over a Ray cluster, files by fsspec. Needs the extra "ray"."""
