"""Why an answer differs: known mistakes, and relations between the wrong and the right array."""
