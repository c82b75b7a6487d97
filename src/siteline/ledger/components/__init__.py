"""Parts found in wrecks: who made them, where, when, who says so; and which makers are on which list."""
