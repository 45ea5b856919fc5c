"""Session specs: athlete, run and rules from a YAML, TOML or JSON file."""

from backrun_fit.spec.load import SUB_SPORTS, SessionSpec, load_spec, parse_spec, session

__all__ = ["SUB_SPORTS", "SessionSpec", "load_spec", "parse_spec", "session"]
