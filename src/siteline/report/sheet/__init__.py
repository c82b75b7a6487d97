"""One composed figure: laid out once in marks, painted as pixels, as SVG or as PDF."""
