"""Statistics of tables, and lines through points."""
