"""The command line: read, call the workbench, print. One file per noun."""
