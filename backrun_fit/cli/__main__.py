"""``python -m backrun_fit.cli``."""

from backrun_fit.cli import main

main()
