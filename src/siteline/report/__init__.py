"""Figures and pages that can be published: pictures with their scale, date and credit, one self-contained file."""
