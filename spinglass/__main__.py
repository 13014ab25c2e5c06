"""`python -m spinglass` is the command line."""

from spinglass.cli import main

if __name__ == "__main__":
    main(prog_name="spinglass")
