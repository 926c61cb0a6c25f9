"""What a user asks for: scenarios, rules on the way, and what is done already."""
