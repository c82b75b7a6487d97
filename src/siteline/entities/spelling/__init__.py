"""How names are spelled: scripts, romanisations, and what makes two spellings one."""
