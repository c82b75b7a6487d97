"""How well proposals fit annotations: by SMART's published rules, then by our own figures."""
