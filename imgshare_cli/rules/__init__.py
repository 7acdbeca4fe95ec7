"""Rules: what a user trusts, written down once, and what that means for each share."""
