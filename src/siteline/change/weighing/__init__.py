"""How likely each story is, by itself and among its rivals: models of trees and lines, and their weights."""
