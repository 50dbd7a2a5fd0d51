"""An own reading of the rules: what the topics say must be in the services' tables, folded over raw records."""
