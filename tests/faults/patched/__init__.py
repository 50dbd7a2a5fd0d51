"""The launcher of a role process, its crash points and planted bugs: patches that live here, never in the product."""
