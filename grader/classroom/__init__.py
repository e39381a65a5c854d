"""A whole class: hand-ins are found, graded side by side, kept in a gradebook, and told about together.

Data flows one way: hand-ins -> units of work -> outcomes -> gradebook -> grades, reports, pages.
"""
