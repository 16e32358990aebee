"""The staff's door: sign-in, callback list, dashboard, imports, people. Thin: the rules live in `survey`."""
