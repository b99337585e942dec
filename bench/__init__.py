"""How fast gapless is: every figure beside the floor that the machine itself sets, measured in the same run."""
