"""How it is shown: the value site and the weekly report, drawn from protected tables only."""
