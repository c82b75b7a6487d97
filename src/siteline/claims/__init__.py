"""Claims: who said what, in which words, on whose word, and how statements stand to each other."""
