"""Figures and pages that can be published: pictures with scale, date and credit, and one file."""
