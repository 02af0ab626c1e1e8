"""How good are the answers? Data sets, metrics and runs; never imported by what answers."""
