"""Lets `python -m advisor` do what the `advisor` command does."""

from advisor.cli.main import main

# Guarded, as worker processes import this module again.
if __name__ == "__main__":
    main()
