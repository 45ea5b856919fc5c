"""Which part of a recording was which execution of a plan, found by one search."""
