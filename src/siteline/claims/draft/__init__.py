"""Drafts of statements from a text: sentences, attributions, hedges, quantities, denials; pure, and without a model."""
