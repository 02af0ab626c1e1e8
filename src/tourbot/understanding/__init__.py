"""What is typed → questions that can be searched for: follow-ups, parts, shorthand."""
