"""How long the pages take, told as a ratio to a static answer of the same server in the same run."""
