"""The wire: the only rooms that know bytes."""
