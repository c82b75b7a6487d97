"""The gate: a brief as it was written, held against what its sentences rest on. Pure rules; the workbench gathers."""
