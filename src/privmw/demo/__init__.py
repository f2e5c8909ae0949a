"""What `privmw demo` runs: stand-ins for the recipients, and the scenes played against them."""
