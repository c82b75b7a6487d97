"""Competing hypotheses: which evidence speaks against which, by whom, as an audit trail; never a probability."""
