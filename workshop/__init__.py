"""The workshop table: turn a card over, and the same people live through ten years with it and without it."""
