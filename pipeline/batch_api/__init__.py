"""The Batch API: orders that outlive the program, carried out in waves of calls."""
