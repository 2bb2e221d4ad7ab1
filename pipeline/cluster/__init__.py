"""Run on more than one machine: a Ray cluster does the work, fsspec reads and writes files. Needs the extra "ray"."""
