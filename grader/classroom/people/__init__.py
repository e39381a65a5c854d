"""Who handed what in: exports of platforms, the roster, the class list."""
