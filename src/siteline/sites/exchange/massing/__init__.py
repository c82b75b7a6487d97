"""A massing as map programs (KML) and modellers (glTF) read it."""
