"""`python -m siteline` is `siteline`."""

from siteline.cli.app import main

main()
