"""Things and their names: who calls what by which name, what binds them, and which of them are one."""
