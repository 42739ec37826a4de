"""What agencies and platforms do about chains of infection, one module an act."""
