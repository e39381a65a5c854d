"""From observation to verdict to points. Nothing here asks or explains."""
